import { describe, expect, it } from "vitest";
import type { Module } from "../../../src/model/module.ts";
import { aModule, moduleRecord, viewIndex } from "./module-fixture.ts";
import { besideOther, kindsBesideOther, kindsOf, other, otherRecord, planOf, type Sides } from "./plan-sides.ts";

const v = aModule("v");
const procedure = aModule("p", { type: "P" });

describe("what the primary has", () => {
  const record = moduleRecord("v");
  const rewritten = moduleRecord("v", { replicaHash: "A with another header" });
  const index = viewIndex("ix");
  const second = viewIndex("ix2", { clustered: false, unique: false });
  const cases: [what: string, sides: Sides, plan: string][] = [
    ["missing on the replica", { primary: [v] }, "create"],
    ["missing, though the ledger knows it: it was dropped there", { primary: [v], records: [record] }, "create"],
    ["equal, and known", { primary: [v], replica: [v], records: [record] }, "in-sync"],
    ["equal, and not known yet", { primary: [v], replica: [v] }, "record"],
    [
      "equal, and known as made from another object: it was dropped and created again on the primary",
      { primary: [aModule("v", { objectId: 2 })], replica: [v], records: [record] },
      "record",
    ],
    [
      "equal, and known with another text: somebody else made it equal",
      { primary: [v], replica: [v], records: [moduleRecord("v", { replicaHash: "B" })] },
      "record",
    ],
    [
      "the header was rewritten on the replica",
      { primary: [v], replica: [aModule("v", { hash: "A with another header" })], records: [rewritten] },
      "in-sync",
    ],
    [
      "the header was rewritten, and the primary's text is another since",
      {
        primary: [aModule("v", { hash: "B" })],
        replica: [aModule("v", { hash: "A with another header" })],
        records: [rewritten],
      },
      "alter",
    ],
    [
      "the header was rewritten, and the replica's text is another since",
      { primary: [v], replica: [aModule("v", { hash: "C" })], records: [rewritten] },
      "alter",
    ],
    ["another text", { primary: [aModule("v", { hash: "B" })], replica: [v], records: [record] }, "alter"],
    [
      "another text on the replica: somebody changed it there",
      { primary: [v], replica: [aModule("v", { hash: "B" })], records: [record] },
      "alter",
    ],
    ["another text, and not known", { primary: [v], replica: [aModule("v", { hash: "B" })] }, "alter"],
    [
      "the replica's text cannot be read",
      { primary: [v], replica: [aModule("v", { hash: undefined, encrypted: true })], records: [record] },
      "alter",
    ],
    [
      "created with ANSI_NULLS OFF",
      { primary: [aModule("v", { ansiNulls: false })], replica: [v], records: [record] },
      "alter",
    ],
    [
      "created with QUOTED_IDENTIFIER OFF",
      { primary: [aModule("v", { quotedIdentifier: false })], replica: [v], records: [record] },
      "alter",
    ],
    [
      "created again on the replica with ANSI_NULLS OFF",
      { primary: [v], replica: [aModule("v", { ansiNulls: false })], records: [record] },
      "alter",
    ],
    [
      "the settings are equal, and the recorded ones are not: nothing is the record's word alone",
      {
        primary: [aModule("v", { ansiNulls: false })],
        replica: [aModule("v", { ansiNulls: false, hash: "A with another header" })],
        records: [rewritten],
      },
      "alter",
    ],
    [
      "another type, whatever the text",
      { primary: [aModule("v", { type: "IF" })], replica: [v], records: [record] },
      "recreate",
    ],
    ["an index more", { primary: [aModule("v", { indexes: [index] })], replica: [v], records: [record] }, "index"],
    ["an index less", { primary: [v], replica: [aModule("v", { indexes: [index] })], records: [record] }, "index"],
    [
      "the same indexes in another order",
      {
        primary: [aModule("v", { indexes: [index, second] })],
        replica: [aModule("v", { indexes: [second, index] })],
        records: [record],
      },
      "in-sync",
    ],
    [
      "another text and other indexes",
      { primary: [aModule("v", { hash: "B", indexes: [index] })], replica: [v], records: [record] },
      "alter",
    ],
    ["a CLR routine", { primary: [aModule("v", { type: "CLR" })] }, "unsupported"],
    ["WITH ENCRYPTION", { primary: [aModule("v", { encrypted: true, hash: undefined })] }, "unsupported"],
    [
      "WITH ENCRYPTION, and it stands on the replica",
      { primary: [aModule("v", { encrypted: true, hash: undefined })], replica: [v], records: [record] },
      "unsupported",
    ],
    ["numbered procedures", { primary: [aModule("v", { type: "P", numbered: true })] }, "unsupported"],
    ["its definition is hidden from the login", { primary: [aModule("v", { hash: undefined })] }, "hold"],
    [
      "its definition is hidden, and it stands on the replica",
      { primary: [aModule("v", { hash: undefined })], replica: [v], records: [record] },
      "hold",
    ],
    ["a CLR routine of the name on the replica", { primary: [v], replica: [aModule("v", { type: "CLR" })] }, "hold"],
  ];
  it.each(cases)("%s", (_what, sides, kind) => {
    expect(kindsOf(sides)).toEqual({ v: kind });
  });

  it.each([
    ["a key column", { keys: [{ column: "x", descending: false }] }],
    ["its direction", { keys: [{ column: "id", descending: true }] }],
    ["uniqueness", { unique: false }],
    ["included columns", { included: ["x"] }],
    ["fill factor", { fillFactor: 80 }],
    ["its name", { name: "IX" }],
  ])("an index differs by %s", (_what, facts) => {
    const primary = [aModule("v", { indexes: [viewIndex("ix", facts)] })];
    const replica = [aModule("v", { indexes: [index] })];
    expect(kindsOf({ primary, replica, records: [record] })).toEqual({ v: "index" });
  });

  it.each([
    ["V", "P"],
    ["P", "FN"],
    ["FN", "IF"],
    ["IF", "TF"],
    ["TF", "V"],
  ] as const)("from %s to %s is another type", (from, to) => {
    const primary = [aModule("m", { type: to })];
    expect(kindsOf({ primary, replica: [aModule("m", { type: from })] })).toEqual({ m: "recreate" });
  });

  it.each(["V", "P", "FN", "IF", "TF"] as const)("a module of type %s is created, altered, in sync", (type) => {
    const primary = [aModule("m", { type })];
    expect(kindsOf({ primary })).toEqual({ m: "create" });
    expect(kindsOf({ primary, replica: [aModule("m", { type, hash: "B" })] })).toEqual({ m: "alter" });
    expect(kindsOf({ primary, replica: primary, records: [moduleRecord("m")] })).toEqual({ m: "in-sync" });
  });

  it("says what it is about: both sides, the record, and the primary's name", () => {
    const primary = aModule("sales.v", { hash: "B" });
    const replica = aModule("sales.v", { objectId: 5 });
    const known = moduleRecord("sales.v");
    const [planned] = planOf({ primary: [primary], replica: [replica], records: [known] }).modules;
    expect(planned).toEqual({
      key: "sales.v",
      name: { schema: "sales", name: "v" },
      type: "V",
      plan: { kind: "alter" },
      primary,
      replica,
      record: known,
    });
  });

  it("names what an operator can do", () => {
    const plans = planOf({
      primary: [
        aModule("clr", { type: "CLR" }),
        aModule("hidden", { hash: undefined }),
        aModule("encrypted", { encrypted: true, hash: undefined }),
        aModule("numbered", { type: "P", numbered: true }),
      ],
    }).modules;
    for (const { key, plan } of plans) expect(plan, key).toHaveProperty("fix", expect.stringMatching(/./));
    expect(plans[1]?.plan).toHaveProperty("fix", expect.stringContaining("GRANT VIEW DEFINITION"));
    expect(plans[2]?.plan).toHaveProperty("reason", expect.stringContaining("WITH ENCRYPTION"));
  });

  it("a needed object's record is not a module's", () => {
    const records = [moduleRecord("v", { kind: "synonym", replicaHash: "S" })];
    expect(kindsOf({ primary: [v], replica: [v], records })).toEqual({ v: "record" });
  });
});

describe("what only the replica has", () => {
  const own = moduleRecord("p");
  const adopted = moduleRecord("p", { created: false });
  const cases: [what: string, sides: Sides, kinds: Record<string, string>][] = [
    ["a view that this app created", { replica: [v], records: [moduleRecord("v")] }, { v: "drop" }],
    [
      "a view that it found equal once",
      { replica: [v], records: [moduleRecord("v", { created: false })] },
      { v: "drop" },
    ],
    ["a view that it never saw on the primary", { replica: [v] }, { v: "drop" }],
    ["a view, DROP_UNKNOWN_VIEWS=false", { replica: [v], keepViews: true }, { v: "keep" }],
    [
      "a view that this app created, DROP_UNKNOWN_VIEWS=false",
      { replica: [v], records: [moduleRecord("v")], keepViews: true },
      { v: "drop" },
    ],
    [
      "a view that it found equal once, DROP_UNKNOWN_VIEWS=false",
      { replica: [v], records: [moduleRecord("v", { created: false })], keepViews: true },
      { v: "keep" },
    ],
    ["a procedure that this app created", { replica: [procedure], records: [own] }, { p: "drop" }],
    ["a procedure that it found equal once", { replica: [procedure], records: [adopted] }, { p: "keep" }],
    ["a procedure that it never saw on the primary", { replica: [procedure] }, { p: "keep" }],
    ["a CLR routine", { replica: [aModule("p", { type: "CLR" })] }, { p: "keep" }],
    ...(["FN", "IF", "TF"] as const).flatMap((type): [string, Sides, Record<string, string>][] => [
      [
        `a function (${type}) that this app created`,
        { replica: [aModule("p", { type })], records: [own] },
        { p: "drop" },
      ],
      [`a function (${type}) of the replica's own`, { replica: [aModule("p", { type })] }, { p: "keep" }],
    ]),
    [
      "in another schema than the primary's",
      { primary: [v], replica: [v, aModule("sales.v", { objectId: 7 })], records: [moduleRecord("v")] },
      { v: "in-sync", "sales.v": "drop" },
    ],
  ];
  it.each(cases)("%s", (_what, sides, kinds) => {
    expect(kindsBesideOther(sides)).toEqual(kinds);
  });

  it("its name and type are the replica's", () => {
    const sides = besideOther({ replica: [procedure] });
    const planned = planOf(sides).modules.find(({ key }) => key === "p");
    expect(planned).toMatchObject({ name: procedure.name, type: "P", primary: undefined, replica: procedure });
  });
});

describe("a view of the primary that may be partial", () => {
  const many = (from: number, to: number): Module[] =>
    Array.from({ length: to - from + 1 }, (_, at) => aModule(`v${from + at}`, { objectId: from + at }));
  const known = (count: number) =>
    many(1, count).map(({ name, objectId }) => moduleRecord(name.name, { primaryObjectId: objectId }));
  const cases: [what: string, sides: Sides, held: boolean][] = [
    ["no VIEW DEFINITION", { primary: [other], replica: [v], primaryView: { seesAll: false } }, true],
    [
      "no VIEW DEFINITION, and an operator has confirmed",
      { primary: [other], replica: [v], primaryView: { seesAll: false }, confirmed: true },
      true,
    ],
    ["none is seen", { replica: [v] }, true],
    ["none is seen, and an operator has confirmed", { replica: [v], confirmed: true }, false],
    ["one of ten is seen", { primary: many(1, 1), replica: many(1, 10), records: known(10) }, false],
    ["none of ten is seen beside a new one", { primary: [other], replica: many(1, 10), records: known(10) }, true],
    ["five of eleven are seen", { primary: many(1, 5), replica: many(1, 11), records: known(11) }, true],
    ["six of eleven are seen", { primary: many(1, 6), replica: many(1, 11), records: known(11) }, false],
    ["six of twelve are seen", { primary: many(1, 6), replica: many(1, 12), records: known(12) }, false],
    [
      "five of eleven are seen, and an operator has confirmed",
      { primary: many(1, 5), replica: many(1, 11), records: known(11), confirmed: true },
      false,
    ],
    [
      "those that the replica lacks do not count as seen",
      { primary: [...many(1, 2), ...many(50, 80)], replica: many(1, 11), records: known(11) },
      true,
    ],
    ["those that never came from the primary do not count as gone", { primary: [other], replica: many(1, 40) }, false],
  ];
  it.each(cases)("%s", (_what, sides, held) => {
    const plan = planOf(sides);
    const gone = plan.modules.filter(({ primary }) => primary === undefined);
    expect(gone.length).toBeGreaterThan(0);
    expect(new Set(gone.map(({ plan: { kind } }) => kind))).toEqual(new Set([held ? "hold" : "drop"]));
    expect(plan.dropsHeld !== undefined).toBe(held);
    if (plan.dropsHeld !== undefined) {
      const { reason, fix } = plan.dropsHeld;
      expect(gone[0]?.plan).toEqual({ kind: "hold", reason: `the primary no longer shows it: ${reason}`, fix });
    }
  });

  it("says what helps", () => {
    expect(planOf({ replica: [v], primaryView: { seesAll: false } }).dropsHeld?.fix).toContain("GRANT VIEW DEFINITION");
    expect(planOf({ replica: many(1, 11), primary: many(1, 5), records: known(11) }).dropsHeld).toEqual({
      reason: "the primary shows only 5 of the 11 modules that came from it",
      fix: "POST /api/modules/sync?confirm=1 if they are really gone",
    });
  });

  it("what stays anyway does not count as gone", () => {
    const routines = many(1, 20).map((module) => ({ ...module, type: "P" as const }));
    expect(planOf({ primary: [v], replica: [v, ...routines] }).dropsHeld).toBeUndefined();
    expect(planOf({ replica: routines }).dropsHeld).toBeUndefined();
    expect(planOf({ primary: [v], replica: [v, ...many(1, 20)], keepViews: true }).dropsHeld).toBeUndefined();
  });

  it("holds nothing but drops: all else goes on", () => {
    const primary = [aModule("new"), aModule("changed", { hash: "B" }), other];
    const replica = [aModule("changed"), other, v, procedure];
    const kinds = kindsOf({ primary, replica, primaryView: { seesAll: false }, records: [otherRecord] });
    expect(kinds).toEqual({ new: "create", changed: "alter", other: "in-sync", v: "hold", p: "keep" });
  });

  it("an empty database on both sides is nothing to hold", () => {
    expect(planOf({})).toEqual({ modules: [], dropsHeld: undefined });
  });
});
