import { describe, expect, it } from "vitest";
import type { ModuleRecord } from "../../../src/model/module-record.ts";
import type { NeededObject } from "../../../src/model/needed-object.ts";
import { outdatedObjects } from "../../../src/modules/outdated-objects.ts";
import { moduleRecord, modulesView, neededObject } from "./module-fixture.ts";

const before = neededObject("t", "alias type", { id: 7, create: "old", definition: "old" });
const after = neededObject("t", "alias type", { id: 3, create: "new", definition: "new" });
const ours = moduleRecord("t", { kind: "alias type" });

describe("outdatedObjects", () => {
  const cases: [
    what: string,
    primary: readonly NeededObject[],
    replica: readonly NeededObject[],
    records: readonly ModuleRecord[],
    outdated: boolean,
  ][] = [
    ["made by this app, and another on the primary by now", [after], [before], [ours], true],
    ["equal", [after], [neededObject("t", "alias type", { definition: "new" })], [ours], false],
    [
      "equal but for what moves",
      [neededObject("s", "sequence", { create: "START WITH 9", definition: "s" })],
      [neededObject("s", "sequence", { create: "START WITH 1", definition: "s" })],
      [moduleRecord("s", { kind: "sequence" })],
      false,
    ],
    [
      "a sequence: the replica's goes on by itself",
      [neededObject("s", "sequence", { definition: "new" })],
      [neededObject("s", "sequence", { definition: "old" })],
      [moduleRecord("s", { kind: "sequence" })],
      false,
    ],
    ["the replica's own", [after], [before], [], false],
    ["a module's record of the same name", [after], [before], [moduleRecord("t")], false],
    ["the replica lacks it", [after], [], [ours], false],
    ["the primary has it no more", [], [before], [ours], false],
    ["the primary's cannot be made", [{ ...after, create: undefined, obstacle: "CLR" }], [before], [ours], false],
    ["another schema", [neededObject("sales.t", "alias type", { definition: "new" })], [before], [ours], false],
    [
      "types and other objects have name spaces of their own",
      [neededObject("t", "synonym", { definition: "new" })],
      [before],
      [ours],
      false,
    ],
    ["a synonym's record is no type's", [after], [before], [moduleRecord("t", { kind: "synonym" })], false],
    ...(["alias type", "table type", "synonym"] as const).map(
      (kind): [string, NeededObject[], NeededObject[], ModuleRecord[], boolean] => [
        `every kind that can be replaced: ${kind}`,
        [{ ...after, kind }],
        [{ ...before, kind }],
        [{ ...ours, kind }],
        true,
      ],
    ),
  ];
  it.each(cases)("%s", (_what, primary, replica, records, outdated) => {
    const found = outdatedObjects(primary, modulesView([], { needed: replica }), records);
    expect(found).toEqual(outdated ? [{ before: replica[0], after: primary[0] }] : []);
  });

  it("names in another case are the same where the replica does not tell them apart", () => {
    const upper = neededObject("T", "alias type", { definition: "new" });
    const needed = [before];
    expect(outdatedObjects([upper], modulesView([], { needed }), [ours])).toEqual([{ before, after: upper }]);
    expect(outdatedObjects([upper], modulesView([], { needed, caseSensitive: true }), [ours])).toEqual([]);
  });
});
