import { parseTableKey, type TableName, tableKey } from "../model/table-name.ts";

/** Keys that exist once for each table. */
export const tableKinds = [
  "enabled",
  "force_full_load",
  "version",
  "published",
  "cursor",
  "progress",
  "error",
  "lease",
  "verify",
] as const;

export type TableKind = (typeof tableKinds)[number];

/** The names of all our Redis keys; operators type them, so they never change. */
export interface Keys {
  readonly epoch: string;
  /** When Redis was filled again from the ledger, and why. */
  readonly rebuilt: string;
  readonly primaryUrl: string;
  readonly replicaUrl: string;
  of(kind: TableKind, table: TableName): string;
  /** A table's lease, by its `tableKey`. */
  lease(tableKey: string): string;
  /** For work that is no table's, as `modules`. */
  appLease(name: string): string;
  /** A hash: the state of every module under its `tableKey`. */
  readonly modules: string;
  /** What the last run of module sync found. */
  readonly moduleRun: string;
  /** For SCAN: every key under the prefix, with what is special in a glob escaped. */
  readonly pattern: string;
  /** What a key under the prefix means; undefined for one that is none of ours. */
  parse(key: string): ParsedKey | undefined;
}

export type ParsedKey =
  | { readonly kind: "app" }
  /** `table` undefined: what follows the kind is no table's name in the form that we use. */
  | { readonly kind: TableKind; readonly text: string; readonly table: TableName | undefined };

export function redisKeys(prefix: string): Keys {
  const start = `${prefix}:`;
  const epoch = `${start}epoch`;
  const rebuilt = `${start}rebuilt`;
  const primaryUrl = `${start}config:primary_url`;
  const replicaUrl = `${start}config:replica_url`;
  const appLease = `${start}app_lease:`;
  const modules = `${start}modules`;
  const moduleRun = `${start}module_run`;
  const ofApp = new Set([epoch, rebuilt, primaryUrl, replicaUrl, modules, moduleRun]);
  return {
    epoch,
    rebuilt,
    primaryUrl,
    replicaUrl,
    modules,
    moduleRun,
    of: (kind, table) => `${start}${kind}:${tableKey(table)}`,
    lease: (key) => `${start}lease:${key}`,
    appLease: (name) => `${appLease}${name}`,
    pattern: `${prefix.replaceAll(/[*?[\]\\^-]/g, "\\$&")}:*`,
    parse: (key) => {
      if (ofApp.has(key) || key.startsWith(appLease)) return { kind: "app" };
      if (!key.startsWith(start)) return undefined;
      const rest = key.slice(start.length);
      const colon = rest.indexOf(":");
      const kind = tableKinds.find((candidate) => candidate === rest.slice(0, colon));
      if (kind === undefined) return undefined;
      const text = rest.slice(colon + 1);
      const table = parseTableKey(text);
      // Redis knows only the one spelling that the app reads: `dbo.User` would be ignored where `User` is meant.
      return { kind, text, table: table !== undefined && tableKey(table) === text ? table : undefined };
    },
  };
}
