import { parseDatabaseSetting } from "../config/database-setting.ts";
import type { Keys } from "./keys.ts";
import type { RedisView } from "./redis-view.ts";

interface Urls {
  readonly primary: string;
  readonly replica: string;
}

export type ConfigUrlsDecision =
  /** They are ours. */
  | { readonly kind: "ours" }
  /** Missing, unreadable, or written with credentials by another program: write them again. */
  | { readonly kind: "write" }
  /** Another pair of databases uses this prefix: their watermarks are not ours, nothing may be synced. */
  | { readonly kind: "refused"; readonly what: string; readonly fix: string };

/** Compares the databases that Redis was filled for with those of the settings. */
export function decideConfigUrls(found: RedisView["configUrls"], ours: Urls, keys: Keys): ConfigUrlsDecision {
  const differing: string[] = [];
  let rewrite = false;
  for (const role of ["primary", "replica"] as const) {
    const text = found[role];
    if (text === ours[role]) continue;
    rewrite = true;
    if (text === undefined) continue;
    const known = parseDatabaseSetting(withoutNeeds(text), 1);
    const own = parseDatabaseSetting(withoutNeeds(ours[role]), 1);
    if (known.ok && own.ok && known.value.identity !== own.value.identity) {
      differing.push(`${role} ${known.value.url} (now ${ours[role]})`);
    }
  }
  if (differing.length === 0) return rewrite ? { kind: "write" } : { kind: "ours" };
  return {
    kind: "refused",
    what: `the Redis keys were written for another pair of databases: ${differing.join(", ")}`,
    fix:
      `choose another REDIS_KEY_PREFIX, or, where it is the same database under a new name, ` +
      `DEL ${keys.primaryUrl} ${keys.replicaUrl}`,
  };
}

/** Our own URLs carry no user and password, which a setting must have. */
function withoutNeeds(text: string): string {
  return /^mssql:\/\/[^@]*$/.test(text) ? text.replace("mssql://", "mssql://u:p@") : text;
}
