import type { Random } from "../demo/seeded-random.ts";
import type { Write } from "./history.ts";
import type { DataColumn, RandomTable } from "./random-table.ts";

/** Keys are numbered from 0 to this. */
const keyCount = 40;

/** Makes transactions: random statements on random tables, as T-SQL. */
export class RandomWrites {
  readonly #random: Random;
  readonly #tables: readonly RandomTable[];
  /** For unique values and variables that no other statement has. */
  #next = 1000;

  constructor(random: Random, tables: readonly RandomTable[]) {
    this.#random = random;
    this.#tables = tables;
  }

  /** Rows for a start: so many tries in every table. */
  fill(most: number): Write[] {
    return this.#tables.flatMap((table) =>
      Array.from({ length: this.#random(most + 1) }, () => this.#write(table, this.#insert(table, this.#number()))),
    );
  }

  /** One transaction, most often on one table. */
  transaction(): Write[] {
    const several = this.#random(4) === 0;
    const table = this.#pick(this.#tables);
    if (this.#random(9) === 0) return this.#big(table);
    const statements = 1 + this.#random(3);
    return Array.from({ length: statements }, () => this.#statement(several ? this.#pick(this.#tables) : table));
  }

  /** A change to the replica by hand that no constraint will refuse, now or later. */
  tampering(table: RandomTable): string {
    const column = this.#pick(table.data.length === 0 ? [undefined] : table.data);
    const where = this.#where(table, this.#number());
    if (column === undefined || this.#random(3) === 0) return `DELETE dbo.${table.name} WHERE ${where};`;
    return `UPDATE dbo.${table.name} SET ${column.name} = ${this.#pick(column.values)};`;
  }

  #statement(table: RandomTable): Write {
    return this.#write(table, this.#text(table));
  }

  #text(table: RandomTable): string {
    const number = this.#number();
    const choice = this.#random(100);
    if (choice < 26) return this.#insert(table, number);
    if (choice < 46) return this.#update(table, this.#where(table, number));
    if (choice < 54) return `DELETE dbo.${table.name} WHERE ${this.#where(table, number)};`;
    if (choice < 62)
      return `DELETE dbo.${table.name} WHERE ${this.#where(table, number)};\n${this.#insert(table, number)}`;
    if (choice < 76) return table.identity ? this.#update(table, "1 = 1") : this.#updateKey(table, number);
    if (choice < 88)
      return table.unique === undefined ? this.#insert(table, number) : this.#moveUnique(table, table.unique);
    if (choice < 91) return `DELETE dbo.${table.name};`;
    if (choice < 94)
      return this.#isReferenced(table) ? `DELETE dbo.${table.name};` : `TRUNCATE TABLE dbo.${table.name};`;
    if (choice < 97) return this.#update(table, "1 = 1");
    return table.identity ? this.#update(table, this.#where(table, number)) : this.#merge(table);
  }

  /** More than a slice of a delta. */
  #big(table: RandomTable): Write[] {
    const first = this.#random(20);
    const count = 10 + this.#random(15);
    return Array.from({ length: count }, (_, at) => this.#write(table, this.#insert(table, first + at)));
  }

  #insert(table: RandomTable, number: number): string {
    const key = table.key(number, this.#random(4));
    const others = this.#others(table);
    const insert = (names: readonly string[], values: readonly string[]): string =>
      names.length === 0
        ? `INSERT dbo.${table.name} DEFAULT VALUES;`
        : `INSERT dbo.${table.name} (${names.join(", ")}) VALUES (${values.join(", ")});`;
    const names = others.map(([name]) => name);
    const values = others.map(([, value]) => value);
    if (table.identity && this.#random(2) === 0) return insert(names, values);
    const text = `IF NOT EXISTS (SELECT 1 FROM dbo.${table.name} WHERE ${this.#equals(table, key)}) ${insert([...table.keyColumns, ...names], [...key, ...values])}`;
    if (!table.identity) return text;
    return `SET IDENTITY_INSERT dbo.${table.name} ON; ${text} SET IDENTITY_INSERT dbo.${table.name} OFF;`;
  }

  #others(table: RandomTable): [string, string][] {
    const parent = table.parent;
    return [
      ...(table.unique === undefined ? [] : [[table.unique, `${this.#next++}`] as [string, string]]),
      ...table.data.map((column): [string, string] => [column.name, this.#pick(column.values)]),
      ...(parent === undefined ? [] : [[parent.column, this.#parentValue(parent.table)] as [string, string]]),
    ];
  }

  /** NULL where the parent is not there. */
  #parentValue(parent: RandomTable): string {
    const where = this.#where(parent, this.#number());
    return this.#random(3) === 0
      ? "NULL"
      : `(SELECT ${parent.keyColumns[0] ?? ""} FROM dbo.${parent.name} WHERE ${where})`;
  }

  #update(table: RandomTable, where: string): string {
    const columns: readonly DataColumn[] = table.data;
    if (columns.length === 0) {
      if (table.unique !== undefined) return this.#moveUnique(table, table.unique);
      return `DELETE dbo.${table.name} WHERE ${where};`;
    }
    const sets = [this.#pick(columns), this.#pick(columns)];
    const distinct = sets.filter((column, at) => sets.indexOf(column) === at);
    const text = distinct.map((column) => `${column.name} = ${this.#pick(column.values)}`).join(", ");
    return `UPDATE dbo.${table.name} SET ${text} WHERE ${where};`;
  }

  /** To another key, or to another spelling of the same. */
  #updateKey(table: RandomTable, number: number): string {
    const [from, to] = this.#random(2) === 0 ? [number, number] : [number, this.#number()];
    const key = table.key(to, this.#random(4));
    const sets = table.keyColumns.map((name, at) => `${name} = ${key[at] ?? "NULL"}`).join(", ");
    const free =
      from === to ? "" : ` AND NOT EXISTS (SELECT 1 FROM dbo.${table.name} WHERE ${this.#equals(table, key)})`;
    return `UPDATE dbo.${table.name} SET ${sets} WHERE ${this.#where(table, from)}${free};`;
  }

  #moveUnique(table: RandomTable, unique: string): string {
    const [one, other] = [this.#number(), this.#number()];
    const name = `dbo.${table.name}`;
    const row = (alias: string, number: number): string =>
      table.keyColumns.map((column, at) => `${alias}.${column} = ${table.key(number, 0)[at] ?? "NULL"}`).join(" AND ");
    switch (this.#random(5)) {
      case 0:
        return `UPDATE x SET ${unique} = y.${unique} FROM ${name} AS x JOIN ${name} AS y ON (${row("x", one)} AND ${row("y", other)}) OR (${row("x", other)} AND ${row("y", one)});`;
      case 1:
        return `UPDATE ${name} SET ${unique} = ${unique} + 1 WHERE ${unique} IS NOT NULL;`;
      case 2:
        return `UPDATE ${name} SET ${unique} = -${unique};`;
      case 3:
        return `UPDATE ${name} SET ${unique} = (SELECT MIN(${unique}) + MAX(${unique}) FROM ${name}) - ${unique};`;
      default: {
        const variable = `@u${this.#next++}`;
        return `DECLARE ${variable} int = (SELECT ${unique} FROM ${name} WHERE ${this.#where(table, one)});
DELETE ${name} WHERE ${this.#where(table, one)};
UPDATE ${name} SET ${unique} = ${variable} WHERE ${this.#where(table, other)} AND ${variable} IS NOT NULL;`;
      }
    }
  }

  #merge(table: RandomTable): string {
    const key = table.key(this.#number(), this.#random(4));
    const others = this.#others(table).filter(([name]) => name !== table.parent?.column);
    const names = [...table.keyColumns, ...others.map(([name]) => name)];
    const values = [...key, ...others.map(([, value]) => value)];
    const on = table.keyColumns.map((column, at) => `t.${column} = ${key[at] ?? "NULL"}`).join(" AND ");
    const sets =
      others.length === 0 ? "DELETE" : `UPDATE SET ${others.map(([name, value]) => `${name} = ${value}`).join(", ")}`;
    return `MERGE dbo.${table.name} AS t USING (SELECT 1 AS one) AS v ON ${on}
WHEN MATCHED THEN ${sets} WHEN NOT MATCHED THEN INSERT (${names.join(", ")}) VALUES (${values.join(", ")});`;
  }

  #where(table: RandomTable, number: number): string {
    return this.#equals(table, table.key(number, 0));
  }

  #equals(table: RandomTable, key: readonly string[]): string {
    return table.keyColumns.map((column, at) => `${column} = ${key[at] ?? "NULL"}`).join(" AND ");
  }

  #isReferenced(table: RandomTable): boolean {
    return this.#tables.some(({ parent }) => parent?.table === table);
  }

  #write(table: RandomTable, sql: string): Write {
    return { table: table.name, sql };
  }

  /** Low numbers more often, so that keys meet. */
  #number(): number {
    return this.#random(2) === 0 ? this.#random(10) : this.#random(keyCount);
  }

  #pick<T>(from: readonly T[]): T {
    const picked = from[this.#random(from.length)];
    if (picked === undefined && from.length === 0) throw new Error("pick from nothing");
    return picked as T;
  }
}
