import { expect } from "vitest";
import type { ModuleRecord } from "../../../src/model/module-record.ts";
import type { Module } from "../../../src/model/module.ts";
import type { ModulesView } from "../../../src/model/modules-view.ts";
import { tableKey } from "../../../src/model/table-name.ts";
import { type ModulesPlan, planModules } from "../../../src/modules/plan-modules.ts";
import { aModule, moduleRecord, modulesView } from "./module-fixture.ts";

/** What `planModules` is asked; DROP_UNKNOWN_VIEWS is on unless `keepViews`. */
export interface Sides {
  readonly primary?: readonly Module[];
  readonly replica?: readonly Module[];
  readonly records?: readonly ModuleRecord[];
  readonly primaryView?: Partial<ModulesView>;
  readonly replicaView?: Partial<ModulesView>;
  readonly keepViews?: boolean;
  readonly confirmed?: boolean;
}

export function planOf(sides: Sides): ModulesPlan {
  const { primary = [], replica = [], records = [], keepViews = false, confirmed = false } = sides;
  return planModules(modulesView(primary, sides.primaryView), modulesView(replica, sides.replicaView), records, {
    dropUnknownViews: !keepViews,
    confirmed,
  });
}

/** What is planned, in words: the kind by key, a rename as `renamed from NAME`. */
export function kindsOf(sides: Sides): Record<string, string> {
  return Object.fromEntries(
    planOf(sides).modules.map(({ key, plan }) => {
      const old = plan.kind === "create" ? plan.renamedFrom : undefined;
      return [key, old === undefined ? plan.kind : `renamed from ${tableKey(old.name)}`];
    }),
  );
}

/** Stands on both sides and is known, so that a view that is gone is not the only one. */
export const other = aModule("other", { objectId: 99 });
export const otherRecord = moduleRecord("other", { primaryObjectId: 99 });
export function besideOther(sides: Sides): Sides {
  return {
    ...sides,
    primary: [...(sides.primary ?? []), other],
    replica: [...(sides.replica ?? []), other],
    records: [...(sides.records ?? []), otherRecord],
  };
}

export function kindsBesideOther(sides: Sides): Record<string, string> {
  const { other: kind, ...kinds } = kindsOf(besideOther(sides));
  expect(kind).toBe("in-sync");
  return kinds;
}
