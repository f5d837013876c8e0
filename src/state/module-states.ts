import { z } from "zod";
import type { ModuleRun, ModuleState } from "../model/module-state.ts";
import { unlessWrongType } from "./connect-redis.ts";
import { parseJson } from "./redis-values.ts";
import type { RedisView } from "./redis-view.ts";
import type { SyncState } from "./sync-state.ts";

/** What Redis knows of the modules, and for which databases. */
export interface ModulesInRedis {
  /** By `tableKey`; an entry that means nothing is left out. */
  readonly states: ReadonlyMap<string, ModuleState>;
  /** The entries as they stand. */
  readonly texts: ReadonlyMap<string, string>;
  readonly run: ModuleRun | undefined;
  /** false: the key holds another type, which counts as no states at all. */
  readonly isHash: boolean;
  readonly configUrls: RedisView["configUrls"];
}

const reason = z.object({ reason: z.string(), fix: z.string() });

const moduleState = z.object({
  type: z.enum(["V", "P", "FN", "IF", "TF", "CLR"]),
  state: z.enum(["in-sync", "pending", "unsupported", "replica-only"]),
  reason: z.string().optional(),
  fix: z.string().optional(),
  sqlError: z.number().optional(),
  lastChange: z
    .object({
      what: z.enum(["created", "altered", "recreated", "renamed", "indexed", "dropped"]),
      at: z.iso.datetime(),
    })
    .optional(),
  attempts: z.number().int().nonnegative().optional(),
  retryAt: z.iso.datetime().optional(),
  attempted: z.string().optional(),
});

const moduleRun = z.object({
  at: z.iso.datetime(),
  ms: z.number(),
  modules: z.number(),
  changed: z.number(),
  pending: z.number(),
  postponed: z.number(),
  dropsHeld: reason.optional(),
  advice: z.array(z.string()).optional(),
});

/** One pipeline. @throws RedisUnavailable */
export function readModuleStates(state: SyncState): Promise<ModulesInRedis> {
  const { keys } = state;
  return state.redis.run("read the states of the modules", async (client) => {
    let isHash = true;
    const text = async (key: string): Promise<string | undefined> =>
      (await unlessWrongType(client.get(key), () => undefined)) ?? undefined;
    const [entries, run, primary, replica] = await Promise.all([
      unlessWrongType(client.hGetAll(keys.modules), () => (isHash = false)),
      text(keys.moduleRun),
      text(keys.primaryUrl),
      text(keys.replicaUrl),
    ]);
    const texts = new Map(Object.entries(entries ?? {}));
    const states = new Map<string, ModuleState>();
    for (const [key, text] of texts) {
      const parsed = moduleState.safeParse(parseJson(text)).data;
      if (parsed !== undefined) states.set(key, parsed);
    }
    return {
      states,
      texts,
      run: moduleRun.safeParse(parseJson(run ?? "")).data,
      configUrls: { primary, replica },
      isHash,
    };
  });
}

/** Writes what differs from `found`, removes what is no more, and the run; one pipeline. @throws RedisUnavailable */
export async function writeModuleStates(
  state: SyncState,
  found: ModulesInRedis,
  states: ReadonlyMap<string, ModuleState>,
  run: ModuleRun,
): Promise<void> {
  const { keys } = state;
  const changed = [...states].flatMap(([key, value]) => {
    const text = JSON.stringify(value);
    return found.texts.get(key) === text ? [] : [[key, text] as [string, string]];
  });
  const gone = [...found.texts.keys()].filter((key) => !states.has(key));
  await state.redis.run("write the states of the modules", (client) =>
    Promise.all([
      ...(found.isHash ? [] : [client.del(keys.modules)]),
      ...(changed.length > 0 ? [client.hSet(keys.modules, changed)] : []),
      ...(gone.length > 0 ? [client.hDel(keys.modules, gone)] : []),
      client.set(keys.moduleRun, JSON.stringify(run)),
    ]),
  );
}
