import type { ModuleRun, ModuleState } from "../model/module-state.ts";

/** `attempted` is the app's own. */
export interface ModuleReport extends Omit<ModuleState, "attempted"> {
  /** As in log lines: `vOrders` for dbo's, else `schema.name`. */
  readonly name: string;
}

export interface ModulesReport {
  /** null: module sync has not run yet. */
  readonly lastRun: ModuleRun | null;
  /** By name. */
  readonly modules: readonly ModuleReport[];
}

/** What GET /api/modules and POST /api/modules/sync answer. Pure. */
export function reportModules(found: {
  readonly states: ReadonlyMap<string, ModuleState>;
  readonly run: ModuleRun | undefined;
}): ModulesReport {
  const modules = [...found.states].map(([name, state]): ModuleReport => {
    const { type, reason, fix, sqlError, lastChange, attempts, retryAt } = state;
    return { name, type, state: state.state, reason, fix, sqlError, lastChange, attempts, retryAt };
  });
  return { lastRun: found.run ?? null, modules: modules.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}
