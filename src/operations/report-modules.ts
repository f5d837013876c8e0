import type { ModuleRun, ModuleState } from "../model/module-state.ts";

export interface ModuleReport extends ModuleState {
  /** As in log lines: `vOrders` for dbo's, else `schema.name`. */
  readonly name: string;
}

export interface ModulesReport {
  /** null: module sync has not run yet. */
  readonly lastRun: ModuleRun | null;
  /** By name. */
  readonly modules: readonly ModuleReport[];
}

/** What GET /api/modules answers. Pure. */
export function reportModules(found: {
  readonly states: ReadonlyMap<string, ModuleState>;
  readonly run: ModuleRun | undefined;
}): ModulesReport {
  const modules = [...found.states].map(([name, state]) => ({ name, ...state }));
  return { lastRun: found.run ?? null, modules: modules.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}
