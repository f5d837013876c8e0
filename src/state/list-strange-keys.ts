import { nearestNames } from "../model/nearest-names.ts";
import type { SyncState } from "./sync-state.ts";

/** A key under our prefix that the app never reads. */
export interface StrangeKey {
  readonly key: string;
  readonly why: string;
  /** The table that may have been meant. */
  readonly nearest?: string | undefined;
}

/**
 * Looks through all keys under the prefix (SCAN, a thousand at a time) for those that name no table: keys are
 * case-sensitive, and `enabled:user` is ignored in silence where the table is User.
 * @param known the `tableKey` of every table that the primary or the ledger knows
 * @param limit the most to list
 */
export async function listStrangeKeys(
  state: SyncState,
  known: ReadonlySet<string>,
  limit = 100,
): Promise<StrangeKey[]> {
  const found = new Map<string, StrangeKey>();
  let cursor = "0";
  do {
    const page = await state.redis.run("list the keys", (client) =>
      client.scan(cursor, { MATCH: state.keys.pattern, COUNT: 1000 }),
    );
    for (const key of page.keys) {
      const strange = strangeKey(state, key, known);
      if (strange !== undefined) found.set(key, strange);
    }
    cursor = page.cursor;
  } while (cursor !== "0" && found.size < limit);
  return [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, limit);
}

function strangeKey(state: SyncState, key: string, known: ReadonlySet<string>): StrangeKey | undefined {
  const parsed = state.keys.parse(key);
  if (parsed === undefined) return { key, why: "the app has no such key" };
  if (parsed.kind === "app" || known.has(parsed.text)) return undefined;
  const why = "no tracked table has this name (names are case-sensitive; dbo is left out)";
  return { key, why, nearest: nearestNames(parsed.text, [...known])[0] };
}
