import { describe, expect, it } from "vitest";
import { aModule, moduleRecord } from "./module-fixture.ts";
import { besideOther, kindsBesideOther, planOf, type Sides } from "./plan-sides.ts";

const v = aModule("v");
const procedure = aModule("p", { type: "P" });

describe("renamed on the primary", () => {
  const known = moduleRecord("p");
  const cases: [what: string, sides: Sides, kinds: Record<string, string>][] = [
    [
      "a procedure that this app created",
      { primary: [aModule("q", { type: "P" })], replica: [procedure], records: [known] },
      { q: "renamed from p" },
    ],
    [
      "into another schema",
      { primary: [aModule("sales.p", { type: "P" })], replica: [procedure], records: [known] },
      { "sales.p": "renamed from p" },
    ],
    [
      "with another text since",
      { primary: [aModule("q", { type: "P", hash: "B" })], replica: [procedure], records: [known] },
      { q: "renamed from p" },
    ],
    [
      "a procedure that was there before: the replica keeps it",
      {
        primary: [aModule("q", { type: "P" })],
        replica: [procedure],
        records: [moduleRecord("p", { created: false })],
      },
      { q: "create", p: "keep" },
    ],
    [
      "a view that was there before",
      { primary: [aModule("w")], replica: [v], records: [moduleRecord("v", { created: false })] },
      { w: "renamed from v" },
    ],
    [
      "a view that was there before, DROP_UNKNOWN_VIEWS=false",
      { primary: [aModule("w")], replica: [v], records: [moduleRecord("v", { created: false })], keepViews: true },
      { w: "create", v: "keep" },
    ],
    [
      "another object: dropped and created under another name",
      { primary: [aModule("w", { objectId: 2 })], replica: [v], records: [moduleRecord("v")] },
      { w: "create", v: "drop" },
    ],
    [
      "the old name stays under another object",
      {
        primary: [aModule("w", { objectId: 1 }), aModule("v", { objectId: 2, hash: "B" })],
        replica: [v],
        records: [moduleRecord("v")],
      },
      { w: "create", v: "alter" },
    ],
    [
      "two names changed places",
      {
        primary: [aModule("v", { objectId: 2, hash: "B" }), aModule("w", { objectId: 1 })],
        replica: [v, aModule("w", { objectId: 2, hash: "B" })],
        records: [moduleRecord("v"), moduleRecord("w", { primaryObjectId: 2, source: "B 11", replicaHash: "B" })],
      },
      { v: "alter", w: "alter" },
    ],
    [
      "the new name stands on the replica already",
      {
        primary: [aModule("w")],
        replica: [v, aModule("w", { objectId: 2, hash: "B" })],
        records: [moduleRecord("v")],
      },
      { w: "alter", v: "drop" },
    ],
    ["not known to the ledger", { primary: [aModule("w")], replica: [v] }, { w: "create", v: "drop" }],
    [
      "and encrypted since: nothing is made of it, and the old one goes",
      {
        primary: [aModule("w", { encrypted: true, hash: undefined })],
        replica: [v],
        records: [moduleRecord("v")],
      },
      { w: "unsupported", v: "drop" },
    ],
  ];
  it.each(cases)("%s", (_what, sides, kinds) => {
    expect(kindsBesideOther(sides)).toEqual(kinds);
  });

  it("brings the old record along: what this app created stays its own", () => {
    const sides = besideOther({ primary: [aModule("w")], replica: [v], records: [moduleRecord("v")] });
    const renamed = planOf(sides).modules.find(({ key }) => key === "w");
    expect(renamed).toMatchObject({ replica: undefined, record: { name: v.name, created: true } });
  });

  it("is no rename while drops are held: the old one stays beside the new one", () => {
    const sides: Sides = { primary: [aModule("w")], replica: [v], records: [moduleRecord("v")] };
    expect(kindsBesideOther({ ...sides, primaryView: { seesAll: false } })).toEqual({ w: "create", v: "hold" });
  });
});

describe("names that differ in case", () => {
  const upper = aModule("V", { objectId: 2 });
  const record = moduleRecord("v");
  const cases: [what: string, sides: Sides, kinds: Record<string, string>][] = [
    ["one and the same without case", { primary: [upper], replica: [v], records: [record] }, { V: "record" }],
    [
      "two on a replica that tells them apart",
      { primary: [upper], replica: [v], records: [record], replicaView: { caseSensitive: true } },
      { V: "create", v: "drop" },
    ],
    [
      "renamed, on a replica that tells them apart",
      { primary: [aModule("V")], replica: [v], records: [record], replicaView: { caseSensitive: true } },
      { V: "renamed from v" },
    ],
    [
      "renamed, on a replica that does not tell them apart",
      { primary: [aModule("V")], replica: [v], records: [record] },
      { V: "in-sync" },
    ],
    [
      "schemas too",
      {
        primary: [aModule("Sales.v")],
        replica: [aModule("sales.V")],
        records: [moduleRecord("SALES.v")],
      },
      { "Sales.v": "in-sync" },
    ],
    [
      "two on the primary, and the replica cannot tell them apart: the first one has the name",
      { primary: [v, upper], primaryView: { caseSensitive: true } },
      { v: "create", V: "unsupported" },
    ],
    [
      "two on both sides",
      {
        primary: [v, upper],
        replica: [v, upper],
        records: [record, moduleRecord("V", { primaryObjectId: 2 })],
        primaryView: { caseSensitive: true },
        replicaView: { caseSensitive: true },
      },
      { v: "in-sync", V: "in-sync" },
    ],
  ];
  it.each(cases)("%s", (_what, sides, kinds) => {
    expect(kindsBesideOther(sides)).toEqual(kinds);
  });

  it("names the other one", () => {
    const { modules } = planOf({ primary: [aModule("sales.v"), aModule("Sales.V")] });
    const twin = modules.find(({ key }) => key === "Sales.V");
    expect(twin?.plan).toMatchObject({ reason: expect.stringContaining("sales.v") as string });
  });
});
