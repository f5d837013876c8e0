/** A Redis server, as far as it lets itself be looked at; managed ones refuse CONFIG and leave out parts of INFO. */
export interface RedisFacts {
  readonly version?: string | undefined;
  readonly role?: string | undefined;
  /** The keys are spread over several nodes, of which the app talks to one. */
  readonly cluster?: boolean | undefined;
  /** maxmemory-policy. */
  readonly evictionPolicy?: string | undefined;
  readonly usedBytes?: number | undefined;
  /** 0: no limit. */
  readonly maxBytes?: number | undefined;
  /** An append-only file is written. */
  readonly appendOnly?: boolean | undefined;
  /** Snapshots are written to disk. */
  readonly snapshots?: boolean | undefined;
}

/** @param config what CONFIG GET answered, by name; empty where it was refused */
export function redisFacts(info: string | undefined, config: Readonly<Record<string, string>>): RedisFacts {
  const fields = parseRedisInfo(info ?? "");
  const number = (text: string | undefined): number | undefined =>
    text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
  const flag = (text: string | undefined): boolean | undefined => (text === undefined ? undefined : text === "1");
  const appendOnly = config["appendonly"];
  const save = config["save"];
  return {
    version: fields.get("redis_version"),
    role: fields.get("role"),
    cluster: fields.get("redis_mode") === "cluster" || flag(fields.get("cluster_enabled")),
    evictionPolicy: fields.get("maxmemory_policy") ?? config["maxmemory-policy"],
    usedBytes: number(fields.get("used_memory")),
    maxBytes: number(fields.get("maxmemory")) ?? number(config["maxmemory"]),
    appendOnly: appendOnly === undefined ? flag(fields.get("aof_enabled")) : appendOnly === "yes",
    snapshots: save === undefined ? undefined : save !== "",
  };
}

/** The `name:value` lines of INFO: https://redis.io/docs/latest/commands/info/ */
export function parseRedisInfo(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon > 0 && !line.startsWith("#")) fields.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return fields;
}
