import { describe, expect, it } from "vitest";
import {
  primaryRightsFindings,
  replicaRights,
  replicaRightsFindings,
  type RightsFacts,
} from "../../../src/operations/rights-findings.ts";
import { doctorRightsQuery } from "../../../src/sql/doctor-rights-query.ts";

const all: RightsFacts = {
  user: "o]o",
  database: Object.fromEntries(replicaRights.map((right) => [right, true])),
  readsDependencies: true,
  controls: new Map([
    ["dbo", true],
    ["private", false],
  ]),
};

describe("replicaRightsFindings", () => {
  it("finds nothing where everything that is needed is granted", () => {
    expect(replicaRightsFindings(all, new Set(["dbo"]))).toEqual([]);
  });

  it.each(replicaRights)("finds that %s is missing", (right) => {
    const [finding, ...more] = replicaRightsFindings(
      { ...all, database: { ...all.database, [right]: false } },
      new Set(),
    );
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ fix: `GRANT ${right} TO [o]]o];` });
    expect(finding?.severity).toBe(right === "CREATE TABLE" ? "error" : "warning");
  });

  it("asks for CONTROL on schemas of replicated tables only", () => {
    const [finding, ...more] = replicaRightsFindings(all, new Set(["dbo", "private", "not there yet"]));
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ severity: "error", fix: "GRANT CONTROL ON SCHEMA::[private] TO [o]]o];" });
  });
});

describe("primaryRightsFindings", () => {
  it.each([
    [true, []],
    [false, ["GRANT SELECT ON sys.sql_expression_dependencies TO [u];"]],
  ])("dependencies %s", (readsDependencies, fixes) => {
    expect(primaryRightsFindings({ user: "u", readsDependencies }).map(({ fix }) => fix)).toEqual(fixes);
  });
});

describe("doctorRightsQuery", () => {
  it("quotes what it asks for", () => {
    expect(doctorRightsQuery(["it's"]).text).toContain("HAS_PERMS_BY_NAME(DB_NAME(), N'DATABASE', N'it''s') AS r0");
  });
});
