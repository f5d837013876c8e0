import { z } from "zod";
import { type TableName, tableKey } from "../model/table-name.ts";
import type { Verification } from "../model/verification.ts";
import { unlessWrongType } from "./connect-redis.ts";
import { setIfEqual } from "./redis-scripts.ts";
import { parseJson } from "./redis-values.ts";
import type { SyncState } from "./sync-state.ts";

/**
 * Verifications live in Redis alone: where they are lost, a comparison is forgotten and nothing else. A value that means
 * nothing counts as none, and is overwritten by the next order.
 */

const count = z.number().int().nonnegative();
const cursor = z.array(z.string());
const time = z.iso.datetime();

const counts = {
  repair: z.boolean(),
  askedBy: z.enum(["http", "schedule"]),
  askedAt: time,
  startedAt: time.optional(),
  loadId: z.string().regex(/^\d+$/).optional(),
  rows: count,
  total: count,
  differences: z.object({ missing: count, extra: count, different: count }),
  repaired: count,
  keys: z.array(z.object({ key: cursor, kind: z.enum(["missing", "extra", "different"]), repaired: z.boolean() })),
};

const verification = z.object({
  run: z
    .object({
      ...counts,
      updatedAt: time,
      cursor: cursor.optional(),
      range: z
        .object({ end: cursor.nullable(), looks: count, repairs: count, found: count, firstKey: count })
        .optional(),
      attempts: count,
      error: z.string().optional(),
      fix: z.string().optional(),
      retryAt: time.optional(),
    })
    .optional(),
  last: z
    .object({
      ...counts,
      result: z.enum(["equal", "repaired", "different", "failed"]),
      finishedAt: time,
      error: z.string().optional(),
      fix: z.string().optional(),
    })
    .optional(),
});

/** A verification with the text that stands for it, by which a later write tells whether it is still the same. */
export interface StoredVerification {
  /** "": no key, or one of another type. */
  readonly text: string;
  /** Empty for a value that means nothing. */
  readonly value: Verification;
  readonly garbage: boolean;
}

/** By `tableKey`; tables that were never verified are left out. One pipeline. @throws RedisUnavailable */
export function readVerifications(
  state: SyncState,
  tables: readonly TableName[],
): Promise<ReadonlyMap<string, StoredVerification>> {
  if (tables.length === 0) return Promise.resolve(new Map());
  return state.redis.run(`read the verifications of ${tables.length} tables`, async (client) => {
    const found = await Promise.all(
      tables.map(async (table): Promise<readonly [string, StoredVerification] | undefined> => {
        const text = await unlessWrongType(client.get(state.keys.of("verify", table)), () => undefined);
        if (text === undefined) return [tableKey(table), { text: "", value: {}, garbage: true }];
        return text === null ? undefined : [tableKey(table), stored(text)];
      }),
    );
    return new Map(found.filter((entry) => entry !== undefined));
  });
}

/** @throws RedisUnavailable */
export async function readVerification(state: SyncState, table: TableName): Promise<StoredVerification> {
  const found = await readVerifications(state, [table]);
  return found.get(tableKey(table)) ?? { text: "", value: {}, garbage: false };
}

/**
 * Puts a verification in the place of the one that was read.
 * @returns false, with nothing written, where another one stands there by now
 * @throws RedisUnavailable
 */
export async function writeVerification(
  state: SyncState,
  table: TableName,
  found: Pick<StoredVerification, "text">,
  value: Verification,
): Promise<boolean> {
  const reply = await state.redis.run(`write the verification of ${tableKey(table)}`, (client) =>
    client.eval(setIfEqual, {
      keys: [state.keys.of("verify", table)],
      arguments: [found.text, JSON.stringify(value)],
    }),
  );
  return reply === 1;
}

function stored(text: string): StoredVerification {
  const value = verification.safeParse(parseJson(text)).data;
  return value === undefined ? { text, value: {}, garbage: true } : { text, value, garbage: false };
}
