import { describe, expect, it } from "vitest";
import type { Verification, VerificationRun } from "../../../src/model/verification.ts";
import { verifyFindings } from "../../../src/operations/verify-findings.ts";
import { afterFailure, afterLook, ordered, resultOf, started } from "../../../src/verify/verification-steps.ts";
import { ledgerOf, liveRow } from "../state/ledger-rows.ts";

const at = "2026-03-01T12:00:00.000Z";
const table = { schema: "dbo", name: "User" };
const view = { ledger: ledgerOf("id", liveRow({ loadId: 3n })), tables: [table] };

/** A run that has found so many differing rows. */
function found(rows: number, loadId = "3"): VerificationRun {
  const order = ordered({}, { repair: false, askedBy: "http", at }).run!;
  const run = started(order, { loadId, total: 9, at });
  if (rows === 0) return run;
  const differences = Array.from({ length: rows }, (_, key) => ({ key: [`${key}`], kind: "missing" as const }));
  const look = { end: ["9"], rows: 9, differences };
  return afterLook(afterLook(run, look).run, look).run;
}

const failure = { error: "hidden", fix: "GRANT UNMASK", at, retryAt: at };

function findings(value: Verification, garbage = false) {
  return verifyFindings(view, new Map([["User", { text: "", value, garbage }]]), () => "mssql_sync:verify:User");
}

describe("verifyFindings", () => {
  it("says nothing of tables without a comparison, or without differences", () => {
    expect(verifyFindings(view, new Map(), () => "")).toEqual([]);
    expect(findings({ run: found(0), last: resultOf(found(0), at) })).toEqual([]);
  });

  it.each([
    ["that ended", { last: resultOf(found(1200), at) }],
    ["that is under way", { run: found(1200) }],
    ["while another one is under way", { run: found(0), last: resultOf(found(1200), at) }],
  ])("names the table and the call that repairs what a comparison found %s", (_, value) => {
    expect(findings(value)).toEqual([
      {
        severity: "error",
        what: expect.stringMatching(/^User: 1,200 rows of the replica differ/) as string,
        fix: "POST /api/tables/User/verify?repair=1",
      },
    ]);
  });

  it("says nothing of what was repaired, nor of what was loaded anew since", () => {
    expect(findings({ last: { ...resultOf(found(5), at), repaired: 5 } })).toEqual([]);
    expect(findings({ last: resultOf(found(5, "2"), at) })).toEqual([]);
  });

  it.each([
    ["that goes on", { run: afterFailure(found(0), failure) }],
    ["that ended", { last: resultOf(afterFailure(found(0), failure), at, true) }],
  ])("tells why a comparison %s could not be made", (_, value) => {
    expect(findings(value)).toEqual([
      { severity: "warning", what: "User could not be compared: hidden", fix: "GRANT UNMASK" },
    ]);
  });

  it("names a key that holds nothing of use", () => {
    expect(findings({}, true)).toMatchObject([{ severity: "warning", fix: "DEL mssql_sync:verify:User" }]);
  });
});
