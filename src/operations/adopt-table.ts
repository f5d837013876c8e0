import type { App } from "../app.ts";
import { rowAtAdoption } from "../model/ledger-transitions.ts";
import { type TableName, tableKey } from "../model/table-name.ts";
import { refuseShape, shapeText } from "../model/table-shape.ts";
import type { Version } from "../model/version.ts";
import { readHistory } from "../primary/read-history.ts";
import { readShape } from "../primary/read-shape.ts";
import { inspectReplicaTable } from "../replica/inspect-replica-table.ts";
import { raiseFence, saveRow } from "../replica/ledger.ts";
import { prepareTable } from "../replica/prepare-table.ts";
import { verifyAdvice } from "../state/adoption.ts";
import { withLease } from "../state/lease.ts";
import { isTracked, type TablesView } from "./read-tables.ts";
import { type Refusal, refusal } from "./refusal.ts";

export interface Adopted {
  readonly kind: "adopted";
  readonly version: Version;
  readonly advice: string;
}

/**
 * Takes the replica's table as it is, as equal to the primary's at `version`: the next delta starts there. Replaces the
 * watermark of a table that was synced before. Only for a paused table, so that no step works from the old one.
 */
export async function adoptTable(
  app: App,
  view: TablesView,
  table: TableName,
  version: Version,
): Promise<Adopted | Refusal> {
  const key = tableKey(table);
  if (view.redis.flags.get(key)?.enabled === true) {
    return refusal(
      `${key} is enabled; a version is adopted while its table is paused`,
      `POST /api/tables/${key}/disable`,
    );
  }
  if (!isTracked(view, table)) return refusal(`the primary does not show ${key} with Change Tracking`);
  const tracked = view.primary.tables.find((candidate) => tableKey(candidate.table) === key);
  const impossible = impossibleVersion(version, view.primary.currentVersion, tracked?.minValidVersion);
  if (impossible !== undefined) return refusal(impossible);
  const held = await withLease(app.state, table, app, () => adopt(app, view, table, version));
  if (held.kind === "done") return held.value;
  return refusal(`a step of ${key} is still running; try again when it has ended`);
}

function impossibleVersion(
  version: Version,
  current: Version | undefined,
  minValid: Version | undefined,
): string | undefined {
  if (current === undefined) return "Change Tracking is off on the primary's database";
  if (version > current) return `version ${version} is above the primary's current version ${current}`;
  if (minValid !== undefined && version < minValid) {
    return `version ${version} is below ${minValid}, the first that the primary still has all changes after`;
  }
  return undefined;
}

async function adopt(app: App, view: TablesView, table: TableName, version: Version): Promise<Adopted | Refusal> {
  const key = tableKey(table);
  // The fence first: a step that lost its lease without noticing cannot commit any more.
  const fence = await raiseFence(app.replica, table);
  const { shape, mark } = await app.primary.withSession(async (session) => ({
    shape: await readShape(session, table),
    mark: (await readHistory(session, undefined, version)).mark,
  }));
  if (shape === undefined) return refusal(`the primary does not show ${key} with Change Tracking`);
  const unfit = refuseShape(shape);
  if (unfit !== undefined) return refusal(unfit);
  const existing = await app.replica.withSession((session) => inspectReplicaTable(session, table));
  if (existing === undefined) return refusal(`the replica has no table ${key} to adopt`);
  const prepared = await prepareTable(app.replica, shape);
  if (prepared.kind === "blocked") return refusal(prepared.what, prepared.fix);
  const row = rowAtAdoption({
    table,
    fence: fence.fence,
    objectId: shape.objectId,
    beginVersion: shape.beginVersion,
    replicaObjectId: prepared.replica.objectId,
    shape: shapeText(shape),
    transport: "relay",
    watermark: version,
    watermarkTime: view.primary.now,
    historyMark: mark,
    loadId: fence.lastLoadId,
    reason: "adopted",
    total: 0n,
    startedAt: new Date(app.clock.now()).toISOString(),
  });
  const paused = { ...row, enabled: false };
  await app.replica.withTransaction("read committed", (session) => saveRow(session, paused));
  await app.state.publish(view.ledger.id, paused);
  return { kind: "adopted", version, advice: verifyAdvice };
}
