import { describe, expect, it } from "vitest";
import { checkColumns, insertBulkText } from "../../../src/relay/staging-column.ts";
import { ColMetadataParser } from "../../../src/relay/col-metadata.ts";
import { colMetadata, typeInfo } from "./tds-tokens.ts";

describe("INSERT BULK", () => {
  it("declares the columns, with collations and hints", () => {
    const columns = [
      { name: "a", declaration: "int" },
      { name: "odd ] name", declaration: "nvarchar(50) COLLATE Latin1_General_100_CI_AS" },
    ];
    expect(insertBulkText({ table: "#stage", columns, options: [] })).toBe(
      "INSERT BULK #stage ([a] int, [odd ]] name] nvarchar(50) COLLATE Latin1_General_100_CI_AS)",
    );
    expect(
      insertBulkText({ table: "[dbo].[T]", columns: [columns[0]!], options: ["KEEP_NULLS", "CHECK_CONSTRAINTS"] }),
    ).toBe("INSERT BULK [dbo].[T] ([a] int) WITH (KEEP_NULLS, CHECK_CONSTRAINTS)");
  });

  it("wants the rowset's columns by name and in order", () => {
    const parser = new ColMetadataParser();
    parser.read(
      colMetadata([
        { name: "a", typeInfo: typeInfo.int },
        { name: "b", typeInfo: typeInfo.int },
      ]),
      0,
    );
    const wire = parser.columns!;
    const staging = (...names: string[]) => names.map((name) => ({ name, declaration: "int" }));
    expect(() => checkColumns(wire, staging("a", "b"))).not.toThrow();
    expect(() => checkColumns(wire, staging("a", "B"))).toThrow("column 2 is b, not B");
    expect(() => checkColumns(wire, staging("b", "a"))).toThrow("column 1 is a, not b; column 2 is b, not a");
    expect(() => checkColumns(wire, staging("a"))).toThrow("column 2 is b, not wanted");
    expect(() => checkColumns(wire, staging("a", "b", "c"))).toThrow("column 3 is missing, not c");
  });
});
