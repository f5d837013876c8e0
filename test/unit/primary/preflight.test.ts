import { describe, expect, it } from "vitest";
import type { Row, Session } from "../../../src/db/session.ts";
import { preflight } from "../../../src/primary/preflight.ts";
import { orderLine } from "../../support/table-shapes.ts";

interface Answers {
  readonly rights?: Row;
  readonly columns?: readonly Row[];
  readonly policies?: readonly Row[];
}

const allRights: Row = { user_name: "sync]user", sees_changes: 1, sees_definitions: 1, unmasks: 0 };
const readable = ["OrderId", "LineNo", "Note", "Total"].map((name): Row => ({
  name,
  is_masked: false,
  may_select: 1,
  may_unmask: null,
}));

/** A session that answers the one query with these rowsets. */
function answering({ rights = allRights, columns = readable, policies = [] }: Answers): Session {
  return { query: () => Promise.resolve([[rights], [...columns], [...policies]]) } as unknown as Session;
}

function withColumn(name: string, more: Row): readonly Row[] {
  return readable.map((row) => (row["name"] === name ? { ...row, ...more } : row));
}

describe("preflight", () => {
  it.each<[string, Answers]>([
    ["all rights", {}],
    [
      "a masked column with UNMASK on the database",
      { columns: withColumn("Note", { is_masked: true }), rights: { ...allRights, unmasks: 1 } },
    ],
    ["a masked column with UNMASK on the column", { columns: withColumn("Note", { is_masked: true, may_unmask: 1 }) }],
    ["no right on a computed column, which does not travel", { columns: withColumn("Total", { may_select: 0 }) }],
  ])("passes with %s", async (_, answers) => {
    expect(await preflight(answering(answers), orderLine)).toBeUndefined();
  });

  it.each<[string, Answers, what: RegExp, fix: string]>([
    [
      "a column that may not be read",
      { columns: withColumn("Note", { may_select: 0 }) },
      /may not read column Note/,
      "GRANT SELECT ON [sales].[OrderLine] TO [sync]]user]; -- and no DENY on column Note",
    ],
    [
      "no VIEW CHANGE TRACKING",
      { rights: { ...allRights, sees_changes: 0 } },
      /may not read the table's changes/,
      "GRANT VIEW CHANGE TRACKING ON [sales].[OrderLine] TO [sync]]user];",
    ],
    [
      "a masked column",
      { columns: withColumn("Note", { is_masked: true, may_unmask: 0 }) },
      /sees column Note masked/,
      "GRANT UNMASK TO [sync]]user];",
    ],
    [
      "a masked column where columns know no UNMASK",
      { columns: withColumn("Note", { is_masked: true, may_unmask: null }), rights: { ...allRights, unmasks: null } },
      /sees column Note masked/,
      "GRANT UNMASK TO [sync]]user];",
    ],
    [
      "no VIEW DEFINITION",
      { rights: { ...allRights, sees_definitions: 0 } },
      /row-level security/,
      "GRANT VIEW DEFINITION TO [sync]]user];",
    ],
    [
      "a filter predicate",
      { policies: [{ schema_name: "rls", policy_name: "by tenant" }] },
      /\[rls\]\.\[by tenant\] filters/,
      "ALTER SECURITY POLICY [rls].[by tenant] DROP FILTER PREDICATE ON [sales].[OrderLine];",
    ],
  ])("stops at %s", async (_, answers, what, fix) => {
    const found = await preflight(answering(answers), orderLine);
    expect(found?.what).toMatch(what);
    expect(found?.fix).toBe(fix);
  });

  it("names everything at once", async () => {
    const found = await preflight(
      answering({
        rights: { ...allRights, sees_changes: 0 },
        columns: readable.map((row) => ({ ...row, may_select: 0 })),
        policies: [{ schema_name: "rls", policy_name: "p" }],
      }),
      orderLine,
    );
    expect(found?.what).toMatch(/columns OrderId, LineNo, Note; .*changes; .*\[rls\]\.\[p\]/);
    expect(found?.fix.split("\n")).toHaveLength(3);
  });
});
