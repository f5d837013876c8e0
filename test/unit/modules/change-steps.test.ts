import { describe, expect, it } from "vitest";
import { changeSteps, replaceNeededSteps } from "../../../src/modules/change-steps.ts";
import { definitionHash } from "../../../src/model/module-record.ts";
import type { Module } from "../../../src/model/module.ts";
import type { PlannedModule } from "../../../src/modules/plan-modules.ts";
import { changeContext, settledBy, stepsOf, textOf, wordsOf } from "./change-fixture.ts";
import { aCreatePlan, aModule, aPlan, moduleRecord, neededObject, planned, viewIndex } from "./module-fixture.ts";

const primary = aModule("v", { objectId: 1, hash: "B" });
const replica = aModule("v", { objectId: 11 });
const index = viewIndex("ix");
const second = viewIndex("ix2", { clustered: false, unique: false });

/** Without dependants. */
function words(change: PlannedModule): string[] {
  return wordsOf(changeSteps([change], [], changeContext([change], [])));
}

function withIndexes(module: Module, ...indexes: Module["indexes"]): Module {
  return { ...module, indexes };
}

describe("a module that nothing is bound to", () => {
  const cases: [what: string, change: PlannedModule, steps: string[]][] = [
    ["created", aCreatePlan(primary), ["create v (primary)", "record v"]],
    [
      "an indexed view created",
      aCreatePlan(withIndexes(primary, index, second)),
      ["create v (primary)", "index v ix", "index v ix2", "record v"],
    ],
    ["altered", aPlan("alter", { primary, replica }), ["alter v (primary)", "record v"]],
    [
      "an indexed view altered: ALTER VIEW drops the indexes",
      aPlan("alter", { primary: withIndexes(primary, index), replica: withIndexes(replica, index, second) }),
      ["alter v (primary)", "index v ix", "record v"],
    ],
    [
      "of another type",
      aPlan("recreate", { primary: { ...primary, type: "IF" }, replica }),
      ["drop v, keep as v", "create v (primary), restore v", "record v"],
    ],
    [
      "renamed",
      aCreatePlan(aModule("sales.w"), replica, moduleRecord("v")),
      ["drop v, keep as v", "forget v", "create sales.w (primary), restore v", "record sales.w"],
    ],
    ["dropped", aPlan("drop", { replica }), ["drop v", "forget v"]],
    ["an index more", aPlan("index", { primary: withIndexes(primary, index), replica }), ["index v ix"]],
    ["the only index less", aPlan("index", { primary, replica: withIndexes(replica, index) }), ["drop index v ix"]],
    [
      "a second index more",
      aPlan("index", { primary: withIndexes(primary, index, second), replica: withIndexes(replica, index) }),
      ["index v ix2"],
    ],
    [
      "a second index less",
      aPlan("index", { primary: withIndexes(primary, index), replica: withIndexes(replica, index, second) }),
      ["drop index v ix2"],
    ],
    [
      "a second index that differs",
      aPlan("index", {
        primary: withIndexes(primary, index, { ...second, included: ["x"] }),
        replica: withIndexes(replica, index, second),
      }),
      ["drop index v ix2", "index v ix2"],
    ],
    [
      "a clustered index that differs: it takes the others along, so it goes last and comes first",
      aPlan("index", {
        primary: withIndexes(primary, { ...index, keys: [{ column: "x", descending: false }] }, second),
        replica: withIndexes(replica, index, second),
      }),
      ["drop index v ix2", "drop index v ix", "index v ix", "index v ix2"],
    ],
  ];
  it.each(cases)("%s", (_what, change, steps) => {
    const result = changeSteps([change], [], changeContext([change], []));
    expect(wordsOf(result)).toEqual(steps);
    expect(settledBy(result)).toEqual([change.key]);
  });

  it.each(["V", "P", "FN", "IF", "TF"] as const)("type %s: altered where it stands, created where not", (type) => {
    const module = { ...primary, type };
    expect(words(aPlan("alter", { primary: module, replica: { ...replica, type } }))).toEqual([
      "alter v (primary)",
      "record v",
    ]);
    expect(words(aCreatePlan(module))).toEqual(["create v (primary)", "record v"]);
  });

  it("the text is the primary's but for its header, with the settings of the same moment", () => {
    const text = "\n-- old\r\ncreate  proc Old @a int as select N'CREATE PROC Old';";
    const module = aModule("sales.new", { type: "P", ansiNulls: false, quotedIdentifier: false });
    const change = aPlan("alter", { primary: module, replica: { ...module, objectId: 11, hash: "X" } });
    const [make] = stepsOf(changeSteps([change], [], changeContext([change], [], { primaryText: text })));
    expect(make).toEqual({
      kind: "make",
      name: { schema: "sales", name: "new" },
      type: "P",
      definition: {
        text: "\n-- old\r\nALTER  proc [sales].[new] @a int as select N'CREATE PROC Old';",
        ansiNulls: false,
        quotedIdentifier: false,
      },
      restoreFrom: undefined,
    });
  });

  it("what it needs is made before it", () => {
    const change = aCreatePlan(primary);
    const missing = [neededObject("t"), neededObject("s", "synonym")];
    expect(wordsOf(changeSteps([change], [], changeContext([change], [], { missing })))).toEqual([
      "make alias type t",
      "make synonym s",
      "create v (primary)",
      "record v",
    ]);
  });
});

describe("the record", () => {
  const recordedBy = (change: PlannedModule) => {
    const steps = stepsOf(changeSteps([change], [], changeContext([change], [])));
    return steps.flatMap((step) => (step.kind === "record" ? [step.record] : []));
  };

  it("holds the source that was made, not the one that was planned", () => {
    expect(recordedBy(aCreatePlan({ ...primary, hash: "planned", ansiNulls: false }))).toEqual([
      {
        kind: "module",
        name: primary.name,
        created: true,
        primaryObjectId: 1,
        source: `${definitionHash(textOf(primary, "primary"))} 01`,
      },
    ]);
  });

  it("the hash is that of HASHBYTES('SHA2_256', N'a')", () => {
    const hash = "FFE9AAEAA2A2D5048174DF0B80599EF0197EC024C4B051BC9860CFF58EF7F9F3";
    expect(definitionHash("a")).toBe(hash);
  });

  const found = moduleRecord("v", { created: false });
  const owners: [what: string, change: PlannedModule, created: boolean][] = [
    ["created where nothing stood: its own", aCreatePlan(primary), true],
    ["altered, and never created by this app", aPlan("alter", { primary, replica }), false],
    ["altered, and found equal once", aPlan("alter", { primary, replica, record: found }), false],
    ["altered, its own", aPlan("alter", { primary, replica, record: moduleRecord("v") }), true],
    ["recreated, and found equal once", aPlan("recreate", { primary, replica, record: found }), false],
    ["recreated, its own", aPlan("recreate", { primary, replica, record: moduleRecord("v") }), true],
    ["renamed, its own", aCreatePlan(aModule("w"), replica, moduleRecord("v")), true],
    ["renamed, and found equal once", aCreatePlan(aModule("w"), replica, found), false],
  ];
  it.each(owners)("%s", (_what, change, created) => {
    expect(recordedBy(change).map((record) => record.created)).toEqual([created]);
  });

  it("the name is the one that the replica's catalog has: ALTER does not change its case", () => {
    const [record] = recordedBy(aPlan("alter", { primary: aModule("V", { hash: "B" }), replica }));
    expect(record?.name).toEqual({ schema: "dbo", name: "v" });
  });
});

describe("the replica holds the very text already", () => {
  const same = { ...replica, hash: definitionHash(textOf(primary, "primary")) };

  it("it is only recorded", () => {
    expect(words(aPlan("alter", { primary, replica: same }))).toEqual(["record v"]);
  });

  it("its indexes are brought along", () => {
    expect(words(aPlan("alter", { primary: withIndexes(primary, index), replica: same }))).toEqual([
      "index v ix",
      "record v",
    ]);
  });

  it("the text with the rewritten header counts", () => {
    const change = aPlan("alter", {
      primary: { ...primary, name: { schema: "dbo", name: "renamed" } },
      replica: aModule("renamed", { hash: definitionHash("CREATE VIEW [dbo].[renamed] AS SELECT 1 AS n") }),
    });
    const context = changeContext([change], [], { primaryText: "CREATE VIEW old AS SELECT 1 AS n" });
    expect(wordsOf(changeSteps([change], [], context))).toEqual(["record renamed"]);
  });

  it("but for its settings", () => {
    expect(words(aPlan("alter", { primary, replica: { ...same, ansiNulls: false } }))).toEqual([
      "alter v (primary)",
      "record v",
    ]);
  });
});

describe("pending", () => {
  const cases: [what: string, change: PlannedModule, text: string | undefined, reason: RegExp][] = [
    ["the text could not be read", aCreatePlan({ ...primary, hash: undefined }), undefined, /could not be read/],
    ["its head could not be read", aCreatePlan(primary), "CREATE TRIGGER t", /the head of its definition/],
    [
      "FOR SYSTEM_TIME",
      aCreatePlan(primary),
      "CREATE VIEW v AS SELECT * FROM dbo.T FOR SYSTEM_TIME ALL",
      /FOR SYSTEM_TIME, and tables of the replica are not system-versioned/,
    ],
    [
      "FOR SYSTEM_TIME, and it stands already",
      aPlan("alter", { primary, replica }),
      "CREATE VIEW v AS SELECT * FROM dbo.T FOR SYSTEM_TIME AS OF '2020-01-01'",
      /FOR SYSTEM_TIME/,
    ],
  ];
  it.each(cases)("%s", (_what, change, primaryText, reason) => {
    const facts = primaryText === undefined ? {} : { primaryText };
    expect(changeSteps([change], [], changeContext([change], [], facts))).toEqual({
      kind: "pending",
      reason: expect.stringMatching(reason) as string,
      ...(/head/.test(reason.source) ? { fix: "create it again on the primary" } : {}),
    });
  });

  it.each(["in-sync", "record", "keep"] as const)("%s is no change: a mistake of the caller", (kind) => {
    const change = planned({ kind }, { primary, replica });
    expect(() => changeSteps([change], [], changeContext([change], []))).toThrow(/changes nothing/);
  });
});

describe("replaceNeededSteps", () => {
  const before = neededObject("t", "table type");
  const after = { ...before, create: "new", definition: "new" };

  it("what uses the type is made again around it, from the replica's own text", () => {
    const dependants = [aModule("p", { type: "P", objectId: 12 }), withIndexes(replica, index)];
    const result = replaceNeededSteps(before, after, dependants, changeContext([], dependants));
    expect(wordsOf(result)).toEqual([
      "drop v, keep as v",
      "drop p, keep as p",
      "drop table type t",
      "make table type t",
      "create p (replica), restore p",
      "create v (replica), restore v",
      "index v ix",
    ]);
    expect(settledBy(result)).toEqual([]);
  });

  it("pending where one of them cannot be read", () => {
    const dependants = [aModule("p", { type: "P", hash: undefined, encrypted: true })];
    expect(replaceNeededSteps(before, after, dependants, changeContext([], dependants))).toEqual({
      kind: "pending",
      reason: "p is schema-bound to it on the replica, and its definition cannot be read there",
      fix: "drop p on the replica if nobody needs it",
    });
  });
});
