import { describe, expect, it } from "vitest";
import {
  type ColumnShape,
  keyColumns,
  refuseShape,
  replicatedColumns,
  shapeDifference,
  shapeText,
  type TableShape,
} from "../../../src/model/table-shape.ts";
import { column, orderLine, tableShape } from "../../support/table-shapes.ts";

const id = column(1, "id", "int", { nullable: false });
const keyed = (...columns: ColumnShape[]): TableShape => tableShape([id, ...columns], [{ name: "id" }]);

describe("replicatedColumns", () => {
  const names = (shape: TableShape): string[] => replicatedColumns(shape).map(({ name }) => name);

  it("leaves computed columns out", () => {
    expect(names(orderLine)).toEqual(["OrderId", "LineNo", "Note"]);
  });

  it("takes a computed column that the key needs", () => {
    const computed = column(2, "c", "int", { computed: { definition: "([id]*(2))", persisted: true } });
    expect(names(tableShape([id, computed], [{ name: "c" }]))).toEqual(["id", "c"]);
  });

  it("takes sparse columns by name and leaves their column set out", () => {
    const shape = keyed(column(2, "s", "int", { sparse: true }), column(3, "set", "xml", { columnSet: true }));
    expect(names(shape)).toEqual(["id", "s"]);
  });

  it("takes period columns", () => {
    expect(names(keyed(column(2, "from", "datetime2", { generatedAlways: "row-start" })))).toEqual(["id", "from"]);
  });
});

describe("keyColumns", () => {
  it("gives the columns in key order", () => {
    expect(keyColumns(orderLine).map(({ name }) => name)).toEqual(["OrderId", "LineNo"]);
  });

  it("throws for a key column that the shape does not have", () => {
    expect(() => keyColumns(tableShape([id], [{ name: "other" }]))).toThrow(/other/);
  });
});

describe("shapeText", () => {
  it("is canonical JSON of the travelling columns and the key", () => {
    expect(shapeText(orderLine)).toBe(
      '{"columns":[[1,"OrderId","int(4,10,0)",null,false],[2,"LineNo","int(4,10,0)",null,false],' +
        '[3,"Note","nvarchar(100,0,0)","Latin1_General_100_CI_AS",true]],"key":[[1,false],[2,true]]}',
    );
  });

  it("does not depend on what rows do not depend on", () => {
    const other: TableShape = {
      ...orderLine,
      objectId: 99,
      beginVersion: 77n,
      columns: orderLine.columns.map((each) => ({
        ...each,
        default: { name: "d", systemNamed: false, definition: "((1))" },
      })),
    };
    expect(shapeText(other)).toBe(shapeText(orderLine));
  });
});

describe("shapeDifference", () => {
  const before = shapeText(keyed(column(2, "a", "int"), column(3, "b", "nvarchar")));

  it.each<[what: string, after: TableShape, found: string[]]>([
    ["nothing", keyed(column(2, "a", "int"), column(3, "b", "nvarchar")), []],
    [
      "an added column",
      keyed(column(2, "a", "int"), column(3, "b", "nvarchar"), column(4, "c", "int")),
      ["column c was added"],
    ],
    ["a dropped column", keyed(column(2, "a", "int")), ["column b was dropped"]],
    ["a renamed column", keyed(column(2, "z", "int"), column(3, "b", "nvarchar")), ["column a is called z now"]],
    [
      "another type",
      keyed(column(2, "a", "bigint"), column(3, "b", "nvarchar")),
      ["column a was int(4,10,0) and is bigint(8,19,0)"],
    ],
    [
      "another collation",
      keyed(column(2, "a", "int"), column(3, "b", "nvarchar", { collation: "Latin1_General_100_BIN2" })),
      ["column b had collation Latin1_General_100_CI_AS and has Latin1_General_100_BIN2"],
    ],
    [
      "nullability",
      keyed(column(2, "a", "int", { nullable: false }), column(3, "b", "nvarchar")),
      ["column a no longer takes NULL"],
    ],
    [
      "dropped and made again under the same name",
      keyed(column(3, "b", "nvarchar"), column(4, "a", "int")),
      ["column a was added", "column a was dropped"],
    ],
    [
      "another key",
      tableShape([id, column(2, "a", "int"), column(3, "b", "nvarchar")], [{ name: "id", descending: true }]),
      ["the key was (id) and is (id DESC)"],
    ],
  ])("%s", (_, after, found) => {
    expect(shapeDifference(before, after)).toEqual(found);
  });
});

describe("refuseShape", () => {
  it("takes an ordinary table", () => {
    expect(refuseShape(orderLine)).toBeUndefined();
  });

  it.each<[what: string, shape: TableShape, reason: RegExp]>([
    ["no key", tableShape([id], []), /no primary key/],
    ["memory-optimised", { ...orderLine, memoryOptimized: true }, /memory-optimised/],
    ["graph", { ...orderLine, graph: true }, /graph/],
    ["ledger", keyed(column(2, "tx", "bigint", { generatedAlways: "ledger" })), /ledger/],
    ["Always Encrypted", keyed(column(2, "ssn", "varchar", { encrypted: true })), /ssn is encrypted/],
    [
      "CLR type of a user",
      keyed(column(2, "p", "Point", { userDefinedClr: true })),
      /column p is of the CLR type Point/,
    ],
    ["vector", keyed(column(2, "v", "vector")), /column v is a vector/],
    [
      "more than 1,024 columns",
      keyed(...Array.from({ length: 1024 }, (_, at) => column(at + 2, `c${at}`, "int", { sparse: true }))),
      /1025 columns/,
    ],
    ["sql_variant in the key", tableShape([column(1, "v", "sql_variant")], [{ name: "v" }]), /column v of the key/],
  ])("refuses: %s", (_, shape, reason) => {
    expect(refuseShape(shape)).toMatch(reason);
  });

  it("takes exactly 1,024 columns, of which one is not carried", () => {
    const columns = Array.from({ length: 1022 }, (_, at) => column(at + 2, `c${at}`, "int"));
    const computed = column(1024, "c", "int", { computed: { definition: "([id]*(2))", persisted: false } });
    expect(refuseShape(keyed(...columns, computed))).toBeUndefined();
  });

  it("refuses 1,024 columns that all travel: the stage has one of its own", () => {
    const columns = Array.from({ length: 1023 }, (_, at) => column(at + 2, `c${at}`, "int"));
    expect(refuseShape(keyed(...columns))).toMatch(/1,023 is the most/);
    expect(refuseShape(keyed(...columns.slice(1)))).toBeUndefined();
  });
});
