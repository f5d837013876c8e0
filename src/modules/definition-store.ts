import type { Database } from "../db/database.ts";
import { definitionsPage } from "../sql/modules-query.ts";
import type { Definition } from "./module-step.ts";
import { readDefinitions } from "./read-modules.ts";

/** The texts of one side, read a page ahead and let go once they are used: thousands of them are never held at once. */
export class DefinitionStore {
  readonly #database: Database;
  readonly #known = new Map<number, Definition>();

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * @param needed these are read now where they are not known
   * @param ahead more that will be asked for soon: they come in the same query
   */
  async read(needed: readonly number[], ahead: readonly number[] = []): Promise<ReadonlyMap<number, Definition>> {
    if (needed.some((id) => !this.#known.has(id))) {
      const ids = [...new Set([...needed, ...ahead])].slice(0, Math.max(needed.length, definitionsPage));
      await this.#database.withSession((session) => readDefinitions(session, ids, this.#known));
    }
    return this.#known;
  }

  forget(ids: readonly number[]): void {
    for (const id of ids) this.#known.delete(id);
  }

  clear(): void {
    this.#known.clear();
  }
}
