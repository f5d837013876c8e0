import { expect } from "vitest";
import type { SyncStack } from "./sync-stack.ts";

/** A tracked table whose key is tested: its key columns, `v int NULL`, and what else the declaration says. */
export class KeyTable {
  readonly name: string;
  readonly keys: readonly string[];
  readonly #stack: SyncStack;

  constructor(stack: SyncStack, name: string, keys: readonly string[]) {
    this.#stack = stack;
    this.name = name;
    this.keys = keys;
  }

  /** @param columns the key columns' declarations; @param key the columns of the primary key with their directions */
  async create(columns: readonly string[], key: string): Promise<void> {
    await this.#stack.databases.primary.run(`
      CREATE TABLE ${this.name} (${columns.join(", ")}, v int NULL, PRIMARY KEY (${key}));
      ALTER TABLE ${this.name} ENABLE CHANGE_TRACKING;`);
  }

  /** Inserts rows one by one; a key that the server has already is passed over. */
  insert(columns: readonly string[], rows: readonly (readonly string[])[]): Promise<void> {
    const each = rows.map((row) => tolerant(`INSERT ${this.name} (${columns.join(", ")}) VALUES (${row.join(", ")})`));
    return this.#stack.databases.primary.run(each.join("\n"));
  }

  run(script: string): Promise<void> {
    return this.#stack.databases.primary.run(script);
  }

  /** Changes keys one by one; a change to a key that the server has already is passed over. */
  rekey(changes: readonly string[]): Promise<void> {
    return this.#stack.databases.primary.run(
      changes.map((set) => tolerant(`UPDATE ${this.name} SET ${set}`)).join("\n"),
    );
  }

  async count(): Promise<number> {
    const rows = await this.#stack.databases.primary.rows(`SELECT COUNT(*) AS n FROM ${this.name}`);
    return rows[0]?.["n"] as number;
  }

  /** Expects both tables to hold the same rows, in the same order of the key, byte by byte. */
  async expectEqual(): Promise<void> {
    const { primary, replica } = this.#stack.databases;
    const [there, here] = await Promise.all([this.#bytes(primary), this.#bytes(replica)]);
    expect(here, this.name).toEqual(there);
  }

  async isEqual(): Promise<boolean> {
    const { primary, replica } = this.#stack.databases;
    const [there, here] = await Promise.all([this.#bytes(primary), this.#bytes(replica)]);
    return JSON.stringify(there) === JSON.stringify(here);
  }

  /** How often rows of this table were loaded by chunks since the log's line `from`. */
  chunkedRows(from = 0): number[] {
    return this.#stack.lines
      .slice(from)
      .filter(({ table, chunkRows, event }) => event === "table" && table === this.name && chunkRows !== undefined)
      .map(({ chunkRows }) => chunkRows as number);
  }

  #bytes(database: { rows(query: string): Promise<Record<string, unknown>[]> }): Promise<Record<string, unknown>[]> {
    const columns = this.keys.map((key, at) => `CONVERT(varchar(2000), CAST(${key} AS varbinary(1000)), 1) AS k${at}`);
    return database.rows(`SELECT ${columns.join(", ")}, v FROM ${this.name} ORDER BY ${this.keys.join(", ")};`);
  }
}

/** Goes on after a violation of the key. */
function tolerant(statement: string): string {
  return `BEGIN TRY ${statement}; END TRY BEGIN CATCH IF ERROR_NUMBER() <> 2627 THROW; END CATCH;`;
}
