import type { ModulesView, TableView } from "./live-view.ts";
import type { Operator } from "./operator.ts";

/** What the demo uses of an entry of GET /api/tables. */
interface TableReport {
  readonly table: string;
  readonly state: string;
  readonly version: string | null;
  readonly lagVersions: number | null;
  readonly progress: { readonly synced: number; readonly total: number } | null;
}

/** What the demo uses of GET /api/modules. */
interface ModulesReport {
  readonly modules: readonly { readonly name: string; readonly state: string; readonly reason?: string }[];
}

/** All tables as GET /api/tables shows them. @throws where the app does not answer now */
export async function readTables(operator: Operator): Promise<TableView[]> {
  const { tables } = (await operator.callOnce("GET", "/api/tables")) as { tables: TableReport[] };
  return tables.map(({ table, state, version, lagVersions, progress }) => ({
    name: table,
    state,
    version: version ?? "",
    load: progress === null ? undefined : { synced: progress.synced, total: progress.total },
    lag: lagVersions ?? undefined,
  }));
}

/** All modules as GET /api/modules shows them. @throws where the app does not answer now */
export async function readModuleStates(operator: Operator): Promise<ModulesView> {
  const { modules } = (await operator.callOnce("GET", "/api/modules")) as ModulesReport;
  const waiting = modules.filter(({ state }) => state === "pending");
  return {
    inSync: modules.filter(({ state }) => state === "in-sync").length,
    waiting: waiting.map(({ name, reason }) => `${name}: ${reason ?? ""}`),
  };
}
