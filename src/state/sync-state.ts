import { cursorJson } from "../model/cursor.ts";
import type { LedgerRow } from "../model/ledger-row.ts";
import type { TableError, TableFlags } from "../model/table-flags.ts";
import { type TableName, tableKey } from "../model/table-name.ts";
import { parseVersion } from "../model/version.ts";
import { type RedisClient, type RedisConnection, unlessWrongType } from "./connect-redis.ts";
import { type Keys, redisKeys, type TableKind } from "./keys.ts";
import type { ReconcileAction } from "./reconcile.ts";
import type { Rebuilt, RedisView } from "./redis-view.ts";
import * as scripts from "./redis-scripts.ts";
import {
  parseEnabled,
  parseForce,
  parsePublished,
  parseRebuilt,
  parseTableError,
  publishedPattern,
  publishedText,
} from "./redis-values.ts";

/** What became of an order for a full load. */
export type ForceOrderResult = "ordered" | "already-ordered" | { readonly obeyingLoad: bigint };

type Read = (key: string) => Promise<string | undefined>;

/**
 * The tables' state in Redis. Every command touches a single key; what belongs together goes out as one pipeline. All
 * methods throw RedisUnavailable where Redis is away or refuses.
 */
export class SyncState {
  readonly keys: Keys;
  readonly redis: RedisConnection;

  readonly #redact: (text: string) => string;

  /** @param redact for texts of errors, which may quote what nobody should read */
  constructor(redis: RedisConnection, prefix: string, redact: (text: string) => string = (text) => text) {
    this.redis = redis;
    this.#redact = redact;
    this.keys = redisKeys(prefix);
  }

  /** One pipeline, whatever the number of tables. */
  readFlags(tables: readonly TableName[]): Promise<RedisView> {
    return this.redis.run(`read the flags of ${tables.length} tables`, async (client) => {
      const garbage: string[] = [];
      const read: Read = async (key) => (await unlessWrongType(client.get(key), () => garbage.push(key))) ?? undefined;
      const flags = tables.map(async (table) => [tableKey(table), await this.#flags(table, read, garbage)] as const);
      const [rows, rebuilt, primary, replica, epoch] = await Promise.all([
        Promise.all(flags),
        this.#readOne(this.keys.rebuilt, read, parseRebuilt, garbage),
        read(this.keys.primaryUrl),
        read(this.keys.replicaUrl),
        read(this.keys.epoch),
      ]);
      return { epoch, rebuilt, configUrls: { primary, replica }, flags: new Map(rows), garbage };
    });
  }

  /** Makes `enabled` "false" for tables that have no such key yet; returns those that are new. */
  discover(tables: readonly TableName[]): Promise<TableName[]> {
    if (tables.length === 0) return Promise.resolve([]);
    return this.redis.run(`add ${tables.length} discovered tables`, async (client) => {
      const set = await Promise.all(
        tables.map((table) => client.set(this.keys.of("enabled", table), "false", { condition: "NX" })),
      );
      return tables.filter((_, at) => set[at] !== null);
    });
  }

  /**
   * Carries out what `reconcile` found for Redis, the epoch last. Each action takes effect only while Redis still holds
   * what it was decided on.
   * @returns those that took effect
   */
  async fill(actions: readonly ReconcileAction[]): Promise<ReconcileAction[]> {
    if (actions.length === 0) return [];
    return this.redis.run("fill Redis from the ledger", async (client) => {
      const early = actions.filter(({ kind }) => kind !== "write-epoch");
      const done = await Promise.all(early.map((action) => this.#fillOne(client, action)));
      const late = actions.filter(({ kind }) => kind === "write-epoch");
      for (const action of late) await this.#fillOne(client, action);
      if (late.length > 0) await this.#takeBackEpoch(client, early);
      return [...early.filter((_, at) => done[at]), ...late];
    });
  }

  /**
   * Shows what was committed: published before version, so that an interruption in between never makes our own version
   * look like an operator's; then cursor and progress of a load, or their end; the table's error is over.
   */
  async publish(ledgerId: string, ...rows: readonly LedgerRow[]): Promise<void> {
    if (rows.length === 0) return;
    const what = rows.length === 1 && rows[0] !== undefined ? tableKey(rows[0].table) : `${rows.length} tables`;
    await this.redis.run(`publish ${what}`, async (client) => {
      const commands = rows.flatMap((row) => [
        client.set(this.keys.of("published", row.table), publishedText(row.watermark, ledgerId)),
        client.set(this.keys.of("version", row.table), row.watermark.toString()),
        ...this.#loadCommands(client, row),
        client.del(this.keys.of("error", row.table)),
      ]);
      await Promise.all(commands);
    });
  }

  async recordError(table: TableName, error: TableError): Promise<void> {
    await this.redis.run(`record the error of ${tableKey(table)}`, (client) =>
      client.set(this.keys.of("error", table), JSON.stringify({ ...error, what: this.#redact(error.what) })),
    );
  }

  async clearError(table: TableName): Promise<void> {
    await this.redis.run(`clear the error of ${tableKey(table)}`, (client) => client.del(this.keys.of("error", table)));
  }

  /** Puts the number of the load that will obey it in the place of an operator's `true`; false when none stands. */
  takeForceOrder(table: TableName, loadId: bigint): Promise<boolean> {
    return this.#script(
      `take the force order of ${tableKey(table)}`,
      scripts.takeForceOrder,
      "force_full_load",
      table,
      [loadId.toString()],
    );
  }

  /** Removes an order that this load, or an earlier one, has obeyed; a newer order stays. */
  clearForceOrder(table: TableName, loadId: bigint): Promise<boolean> {
    return this.#script(
      `clear the force order of ${tableKey(table)}`,
      scripts.clearForceOrder,
      "force_full_load",
      table,
      [loadId.toString()],
    );
  }

  /** Orders a full load; changes nothing while an order stands or is being obeyed. */
  async orderForce(table: TableName): Promise<ForceOrderResult> {
    const reply = await this.redis.run(`order a full load of ${tableKey(table)}`, (client) =>
      client.eval(scripts.orderForce, { keys: [this.keys.of("force_full_load", table)] }),
    );
    const text = typeof reply === "string" ? reply : "";
    if (text === "ordered") return "ordered";
    const loadId = parseVersion(text);
    return loadId === undefined ? "already-ordered" : { obeyingLoad: loadId };
  }

  async setEnabled(table: TableName, enabled: boolean): Promise<void> {
    await this.redis.run(`set ${this.keys.of("enabled", table)}`, (client) =>
      client.set(this.keys.of("enabled", table), enabled ? "true" : "false"),
    );
  }

  /** An operator's version for a table without a ledger row: adopted at its next step. */
  async setAdoptedVersion(table: TableName, version: bigint): Promise<void> {
    await this.redis.run(`set ${this.keys.of("version", table)}`, (client) =>
      client.set(this.keys.of("version", table), version.toString()),
    );
  }

  /** Says whose state this is; written after everything else. */
  async setEpoch(ledgerId: string): Promise<void> {
    await this.redis.run("write the epoch", (client) => client.set(this.keys.epoch, ledgerId));
  }

  /** Without credentials. */
  async writeUrls(urls: { readonly primary: string; readonly replica: string }): Promise<void> {
    await this.redis.run("write the databases' URLs", (client) =>
      Promise.all([client.set(this.keys.primaryUrl, urls.primary), client.set(this.keys.replicaUrl, urls.replica)]),
    );
  }

  /** Writes a key that is gone after a second: a Redis that is read-only or out of memory answers a PING all the same. */
  async probe(): Promise<void> {
    await this.redis.run("write a probe", (client) =>
      client.set(this.keys.appLease("probe"), "", { expiration: { type: "PX", value: 1000 } }),
    );
  }

  async #readOne<T>(
    key: string,
    read: Read,
    parse: (text: string) => T | undefined,
    garbage: string[],
  ): Promise<T | undefined> {
    const text = await read(key);
    if (text === undefined) return undefined;
    const value = parse(text);
    if (value === undefined) garbage.push(key);
    return value;
  }

  async #flags(table: TableName, read: Read, garbage: string[]): Promise<TableFlags> {
    const one = <T>(kind: TableKind, parse: (text: string) => T | undefined): Promise<T | undefined> =>
      this.#readOne(this.keys.of(kind, table), read, parse, garbage);
    const [enabled, force, version, published, error] = await Promise.all([
      one("enabled", parseEnabled),
      one("force_full_load", parseForce),
      one("version", parseVersion),
      one("published", parsePublished),
      one("error", parseTableError),
    ]);
    return { enabled, force: force === "none" ? undefined : force, version, published, error };
  }

  /** What was lost while Redis was filled would look deleted by hand behind an epoch that came later. */
  async #takeBackEpoch(client: RedisClient, filled: readonly ReconcileAction[]): Promise<void> {
    const flags = filled.flatMap((action) =>
      action.kind === "set-enabled" ? [client.exists(this.keys.of("enabled", action.table))] : [],
    );
    if ((await Promise.all(flags)).includes(0)) await client.del(this.keys.epoch);
  }

  async #fillOne(client: RedisClient, action: ReconcileAction): Promise<boolean> {
    switch (action.kind) {
      case "set-enabled": {
        const value = action.enabled ? "true" : "false";
        return (await client.set(this.keys.of("enabled", action.table), value, { condition: "NX" })) !== null;
      }
      case "republish": {
        const { row, ledgerId, found } = action;
        const text = publishedText(row.watermark, ledgerId);
        const moved = await client.eval(found === undefined ? scripts.setIfGarbage : scripts.setIfEqual, {
          keys: [this.keys.of("published", row.table)],
          arguments: [found === undefined ? publishedPattern : publishedText(found.version, found.ledgerId), text],
        });
        if (moved !== 1) return false;
        await Promise.all([
          client.set(this.keys.of("version", row.table), row.watermark.toString()),
          ...this.#loadCommands(client, row),
        ]);
        return true;
      }
      case "put-back-version": {
        const put = await client.eval(action.found === undefined ? scripts.setIfGarbage : scripts.setIfEqual, {
          keys: [this.keys.of("version", action.table)],
          arguments: [action.found?.toString() ?? "^%d+$", action.version.toString()],
        });
        return put === 1;
      }
      case "write-epoch":
        if (action.event !== "first-start") {
          const rebuilt: Rebuilt = { at: new Date().toISOString(), why: action.event };
          await client.set(this.keys.rebuilt, JSON.stringify(rebuilt));
        }
        await client.set(this.keys.epoch, action.ledgerId);
        return true;
      case "mirror-enabled":
      case "reload":
        return false;
    }
  }

  #loadCommands(client: RedisClient, row: LedgerRow): Promise<unknown>[] {
    const cursor = this.keys.of("cursor", row.table);
    const progress = this.keys.of("progress", row.table);
    if (row.load === undefined) return [client.del(cursor), client.del(progress)];
    const { synced, total, startedAt, reason, cursor: at } = row.load;
    const updatedAt = new Date().toISOString();
    const report = { synced: Number(synced), total: Number(total), startedAt, updatedAt, reason };
    return [
      at === undefined ? client.del(cursor) : client.set(cursor, cursorJson(at)),
      client.set(progress, JSON.stringify(report)),
    ];
  }

  async #script(what: string, text: string, kind: TableKind, table: TableName, args: string[]): Promise<boolean> {
    const reply = await this.redis.run(what, (client) =>
      client.eval(text, { keys: [this.keys.of(kind, table)], arguments: args }),
    );
    return reply === 1;
  }
}
