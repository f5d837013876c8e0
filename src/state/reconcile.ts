import type { Ledger, LedgerRow } from "../model/ledger-row.ts";
import type { TableFlags } from "../model/table-flags.ts";
import { parseTableKey, type TableName, tableKey } from "../model/table-name.ts";
import type { Version } from "../model/version.ts";
import type { RedisView } from "./redis-view.ts";

/** What makes Redis and the ledger agree. `SyncState.fill` carries out what concerns Redis; the tick does the rest. */
export type ReconcileAction =
  /** Redis: the flag from the ledger's mirror, where the key is missing. */
  | { readonly kind: "set-enabled"; readonly table: TableName; readonly enabled: boolean }
  /** Redis: published, version, cursor and progress from the ledger's row, while `published` is still `found`. */
  | {
      readonly kind: "republish";
      readonly row: LedgerRow;
      readonly ledgerId: string;
      readonly found: TableFlags["published"];
    }
  /** Redis: a version that somebody set by hand over one that the ledger knows better; reported. */
  | {
      readonly kind: "put-back-version";
      readonly table: TableName;
      readonly found: Version | undefined;
      readonly version: Version;
    }
  /** Ledger: the mirror of the flag. */
  | { readonly kind: "mirror-enabled"; readonly table: TableName; readonly enabled: boolean }
  /** Plan: a full load in place, whatever the ledger's row says. */
  | { readonly kind: "reload"; readonly table: TableName; readonly reason: string }
  /** Redis, last of all: whose state this is. */
  | {
      readonly kind: "write-epoch";
      readonly ledgerId: string;
      readonly event: "first-start" | "redis-lost" | "replica-replaced";
    };

/** Why every table is loaded in place when the ledger is another than the one that Redis knows. */
export const replicaReplaced = "the replica was replaced: its ledger is another than the one that was published from";

/**
 * Compares the ledger, which was committed with the rows, with Redis, which was not; pure. The ledger says what the
 * replica holds, Redis what operators want; where one of them was lost or rolled back, the other fills it again.
 */
export function reconcile(ledger: Ledger, redis: RedisView): ReconcileAction[] {
  const actions: ReconcileAction[] = [];
  const keys = [...new Set([...ledger.rows.keys(), ...redis.flags.keys()])].sort();
  for (const key of keys) {
    const flags = redis.flags.get(key) ?? noFlags;
    const row = ledger.rows.get(key);
    const table = row?.table ?? parseTableKey(key);
    // Flags are read before the epoch: one that was there may have been lost since, and would look deleted by hand.
    if (redis.epoch === undefined && table !== undefined) {
      const enabled = flags.enabled ?? row?.enabled;
      if (enabled !== undefined) actions.push({ kind: "set-enabled", table, enabled });
    }
    if (row !== undefined) actions.push(...reconcileTable(ledger.id, row, flags, redis.epoch));
    else if (table !== undefined && flags.published !== undefined && flags.published.ledgerId !== ledger.id) {
      actions.push({ kind: "reload", table, reason: replicaReplaced });
    }
  }
  if (redis.epoch !== ledger.id) {
    const anything = ledger.rows.size > 0 || [...redis.flags.values()].some(({ published }) => published !== undefined);
    const event = redis.epoch !== undefined ? "replica-replaced" : anything ? "redis-lost" : "first-start";
    actions.push({ kind: "write-epoch", ledgerId: ledger.id, event });
  }
  return actions;
}

function reconcileTable(
  ledgerId: string,
  row: LedgerRow,
  flags: TableFlags,
  epoch: string | undefined,
): ReconcileAction[] {
  const { table } = row;
  const { published, version } = flags;
  const actions: ReconcileAction[] = [];
  const lost = epoch === undefined;
  const replaced = (published?.ledgerId ?? epoch ?? ledgerId) !== ledgerId;
  const behind = !replaced && (published === undefined || published.version < row.watermark);

  if (flags.enabled === undefined) {
    // One flag that is missing was deleted by somebody who wants the table to pause. Together with an old or missing
    // `published` it is a sign that Redis was rolled back or lost, and nobody wanted anything.
    if (behind && !lost) {
      actions.push({ kind: "set-enabled", table, enabled: row.enabled });
    } else if (row.enabled && !lost) {
      actions.push({ kind: "mirror-enabled", table, enabled: false });
    }
  } else if (flags.enabled !== row.enabled) {
    actions.push({ kind: "mirror-enabled", table, enabled: flags.enabled });
  }

  if (replaced) {
    // `published` keeps the other ledger's id until the load has started, so the order outlives a crash.
    actions.push({ kind: "reload", table, reason: replicaReplaced });
    return actions;
  }
  const setByHand = version !== undefined && version !== row.watermark && version !== published?.version;
  // A `published` above the watermark: the replica was restored to the past, or this ledger was read a moment earlier.
  const stale = published === undefined || published.version !== row.watermark;
  if (setByHand) {
    actions.push({ kind: "put-back-version", table, found: version, version: row.watermark });
  }
  if (stale) {
    actions.push({ kind: "republish", row, ledgerId, found: published });
  } else if (version !== row.watermark && !setByHand) {
    actions.push({ kind: "put-back-version", table, found: version, version: row.watermark });
  }
  return actions;
}

/** The flags as they stand once `actions` are carried out; spares the tick a second look into Redis. */
export function flagsAfter(redis: RedisView, actions: readonly ReconcileAction[]): Map<string, TableFlags> {
  const flags = new Map(redis.flags);
  const change = (table: TableName, to: Partial<TableFlags>): void => {
    const key = tableKey(table);
    flags.set(key, { ...(flags.get(key) ?? noFlags), ...to });
  };
  for (const action of actions) {
    switch (action.kind) {
      case "set-enabled":
        change(action.table, { enabled: action.enabled });
        break;
      case "republish": {
        const version = action.row.watermark;
        change(action.row.table, { version, published: { version, ledgerId: action.ledgerId } });
        break;
      }
      case "put-back-version":
        change(action.table, { version: action.version });
        break;
      case "mirror-enabled":
      case "reload":
      case "write-epoch":
        break;
    }
  }
  return flags;
}

const noFlags: TableFlags = {
  enabled: undefined,
  force: undefined,
  version: undefined,
  published: undefined,
  error: undefined,
};
