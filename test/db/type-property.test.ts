import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Random, seededRandom } from "../demo/seeded-random.ts";
import { startSyncStack, type SyncStack } from "../support/sync-stack.ts";
import { typeMatrix } from "../support/type-matrix.ts";
import { randomValue } from "../support/type-matrix-random.ts";
import { comparedExpressions, createAliasTypes, differentValues, tableBytes } from "../support/type-matrix-table.ts";
import { type MatrixType, range } from "../support/type-matrix-type.ts";

/** Tables of random types with random values, changed at random: both transports must make the same replica of the same primary. */

const allTypes = typeMatrix.flatMap(({ types }) => types);
// Several of the widest ones do not fit into a row.
const usable = allTypes.filter(({ declaration }) => !/^(?:char|nchar|binary)\([48]000\)/.test(declaration));

class RandomTable {
  readonly name: string;
  readonly types: readonly MatrixType[];
  readonly #random: Random;
  /** What part of the values is NULL, of 100: of some tables nearly all. */
  readonly #nulls: number;
  readonly #nullable: readonly boolean[];
  #ids: number[] = [];
  #next = 1;

  constructor(seed: number) {
    this.name = `Random${seed}`;
    this.#random = seededRandom(seed);
    this.types = range(1 + this.#random(40)).map(() => usable[this.#random(usable.length)]!);
    this.#nulls = [0, 10, 50, 97][this.#random(4)]!;
    this.#nullable = this.types.map(() => this.#random(4) > 0);
  }

  get rows(): number {
    return this.#ids.length;
  }

  create(): string {
    const columns = this.types.map(
      ({ declaration }, at) => `c${at} ${declaration} ${this.#nullable[at] === true ? "NULL" : "NOT NULL"}`,
    );
    return `CREATE TABLE ${this.name} (id int NOT NULL PRIMARY KEY, ${columns.join(", ")});
ALTER TABLE ${this.name} ENABLE CHANGE_TRACKING;`;
  }

  insert(): string {
    const id = this.#next++;
    this.#ids.push(id);
    return `INSERT ${this.name} VALUES (${id}, ${this.types.map((_, at) => this.#value(at)).join(", ")});`;
  }

  change(): string {
    const id = this.#ids[this.#random(this.#ids.length)];
    if (id === undefined || this.#random(3) === 0) return this.insert();
    if (this.#random(5) === 0) {
      this.#ids = this.#ids.filter((each) => each !== id);
      return `DELETE ${this.name} WHERE id = ${id};`;
    }
    const set = this.types.flatMap((_, at) => (this.#random(3) === 0 ? [`c${at} = ${this.#value(at)}`] : []));
    return set.length === 0 ? "" : `UPDATE ${this.name} SET ${set.join(", ")} WHERE id = ${id};`;
  }

  #value(at: number): string {
    if (this.#nullable[at] === true && this.#random(100) < this.#nulls) return "NULL";
    return randomValue(this.types[at]!, this.#random);
  }
}

const fixed = process.env["TYPE_SEED"];
const seeds = fixed === undefined ? range(8).map((at) => at + 1) : [Number(fixed)];

describe("tables of random types", () => {
  const stacks: SyncStack[] = [];
  beforeAll(async () => {
    for (const transport of ["relay", "driver"]) {
      const stack = await startSyncStack({
        settings: { ROW_TRANSPORT: transport, FULL_LOAD_CHUNK_ROWS: "9", DELTA_SLICE_ROWS: "7" },
      });
      stacks.push(stack);
      await stack.databases.primary.run(createAliasTypes(allTypes));
    }
  });
  afterAll(() => Promise.all(stacks.map((stack) => stack.close())));

  it.each(seeds)("are equal in every byte by both transports (TYPE_SEED=%i)", async (seed) => {
    const table = new RandomTable(seed);
    await runOnAll([table.create(), ...range(20).map(() => table.insert())]);
    for (const stack of stacks) await stack.load(table.name);
    await expectSame(table);
    for (const changes of [1, 30]) {
      await runOnAll(range(changes).map(() => table.change()));
      for (const stack of stacks) await stack.tick();
      await expectSame(table);
    }
  });

  async function runOnAll(statements: readonly string[]): Promise<void> {
    for (const stack of stacks) await stack.databases.primary.run(statements.join("\n"));
  }

  async function expectSame({ name, types, rows }: RandomTable): Promise<void> {
    const expressions = comparedExpressions(types);
    const databases = stacks.flatMap((stack) => [stack.databases.primary, stack.databases.replica]);
    const [first, ...others] = await Promise.all(databases.map((database) => tableBytes(database, name, expressions)));
    if (first === undefined) throw new Error("no stack was started");
    expect(first.rows.size).toBe(rows);
    for (const other of others) expect(differentValues(first, other)).toEqual([]);
  }
});
