import { describe, expect, it } from "vitest";
import { type Random, seededRandom } from "../demo/seeded-random.ts";
import { expectEqualModules } from "../support/module-view.ts";
import { startSyncStack, type SyncStack } from "../support/sync-stack.ts";

/** Random graphs of modules, changed at random on the primary: the replica's follow. */

type Kind = "V" | "P" | "FN" | "IF" | "TF";

interface Node {
  name: string;
  kind: Kind;
  /** With SCHEMABINDING; constant for as long as the module lives. */
  readonly bound: boolean;
  /** What its body reads; no cycle. */
  refs: Node[];
  version: number;
}

const words: Record<Kind, string> = { V: "VIEW", P: "PROCEDURE", FN: "FUNCTION", IF: "FUNCTION", TF: "FUNCTION" };

class World {
  readonly #random: Random;
  readonly nodes: Node[] = [];
  #names = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  pick<T>(from: readonly T[]): T | undefined {
    return from.length === 0 ? undefined : from[this.#random(from.length)];
  }

  chance(of: number): boolean {
    return this.#random(1000) < of * 1000;
  }

  /** One random change as T-SQL batches, and the model with it. */
  change(): string[] {
    const node = this.pick(this.nodes);
    const free = this.pick(this.nodes.filter((each) => this.#dependants(each).length === 0));
    if (node === undefined || this.chance(0.3)) return [this.#create()];
    if (free !== undefined && this.chance(0.15)) return [this.#drop(free)];
    if (free !== undefined && this.chance(0.2)) return this.#rename(free);
    if (free !== undefined && this.chance(0.2)) return this.#changeKind(free);
    return this.#alter(node);
  }

  #create(): string {
    const kind = this.pick<Kind>(["V", "V", "P", "FN", "IF", "TF"]) ?? "V";
    const bound = kind !== "P" && this.chance(0.4);
    const node: Node = { name: this.#name(), kind, bound, refs: [], version: 0 };
    node.refs = this.#refs(node);
    this.nodes.push(node);
    return this.#text(node, "CREATE");
  }

  #drop(node: Node): string {
    this.nodes.splice(this.nodes.indexOf(node), 1);
    return `DROP ${words[node.kind]} ${node.name};`;
  }

  #rename(node: Node): string[] {
    const bare = `N${++this.#names} renamed`;
    const from = node.name;
    node.name = `${from.slice(0, from.indexOf(".") + 1)}[${bare}]`;
    return [`EXEC sp_rename N'${from}', N'${bare}';`];
  }

  /** Drops it and makes something else of the same name. */
  #changeKind(node: Node): string[] {
    const drop = `DROP ${words[node.kind]} ${node.name};`;
    node.kind = this.pick<Kind>(node.bound ? ["V", "FN", "IF", "TF"] : ["V", "P", "FN", "IF", "TF"]) ?? "V";
    node.version++;
    return [drop, this.#text(node, "CREATE")];
  }

  /** What is schema-bound to it is dropped before and made again after it, as an administrator has to do. */
  #alter(node: Node): string[] {
    const bound = this.#dependants(node, true);
    node.version++;
    if (this.chance(0.4)) node.refs = this.#refs(node);
    for (const each of bound) if (this.chance(0.3)) each.version++;
    return [
      ...[...bound].reverse().map((each) => `DROP ${words[each.kind]} ${each.name};`),
      this.#text(node, this.chance(0.5) ? "ALTER" : "CREATE OR ALTER"),
      ...bound.map((each) => this.#text(each, "CREATE")),
    ];
  }

  /** Those that read it, directly or through others, nearest first. */
  #dependants(node: Node, boundOnly = false): Node[] {
    const found = new Set<Node>([node]);
    // Nodes refer to older ones only, and are kept in the order of their making.
    for (const each of this.nodes) {
      if ((!boundOnly || each.bound) && each.refs.some((ref) => found.has(ref))) found.add(each);
    }
    found.delete(node);
    return [...found];
  }

  #refs(node: Node): Node[] {
    const at = this.nodes.indexOf(node);
    const older = this.nodes.slice(0, at < 0 ? undefined : at);
    const usable = older.filter((each) => each.kind !== "P" && (!node.bound || each.bound));
    const chosen = new Set<Node>();
    for (let count = 0; count < 3; count++) {
      const ref = this.pick(usable);
      if (ref !== undefined && this.chance(0.6)) chosen.add(ref);
    }
    return [...chosen];
  }

  #name(): string {
    const schema = this.pick(["dbo", "[other one]"]) ?? "dbo";
    const name = this.pick(["Plain", "[with blank]", "[brack]]et]", `[quo"te.dot]`, "Ünï"]) ?? "Plain";
    this.#names++;
    return `${schema}.${name.endsWith("]") ? `${name.slice(0, -1)}${this.#names}]` : `${name}${this.#names}`}`;
  }

  #text(node: Node, action: string): string {
    const blank = this.pick([" ", "\n", " /* CREATE VIEW dbo.x */ ", "\t-- comment\r\n"]) ?? " ";
    const head = `${this.chance(0.3) ? `-- ${node.name}\n` : ""}${action}${blank}${words[node.kind]}${blank}${node.name}`;
    const scalars = node.refs.filter(({ kind }) => kind === "FN").map(({ name }) => ` + ${name}(1)`);
    const tables = node.refs
      .filter(({ kind }) => kind !== "FN" && kind !== "P")
      .map(({ name, kind }, at) => `${name}${kind === "V" ? "" : "(1)"} AS t${at}`);
    const from = tables.length === 0 ? "" : ` FROM ${tables.join(" CROSS JOIN ")}`;
    const select = `SELECT ${node.version}${scalars.join("")} AS n${from}`;
    const binding = node.bound ? " WITH SCHEMABINDING" : "";
    switch (node.kind) {
      case "V":
        return `${head}${binding} AS ${select};`;
      case "P":
        return `${head} @x int = 1 AS ${select};`;
      case "FN":
        return `${head}(@x int) RETURNS int${binding} AS BEGIN RETURN (SELECT MAX(q.n) FROM (${select}) AS q); END;`;
      case "IF":
        return `${head}(@x int) RETURNS TABLE${binding} AS RETURN (${select});`;
      case "TF":
        return `${head}(@x int) RETURNS @r TABLE (n int)${binding} AS BEGIN INSERT @r ${select}; RETURN; END;`;
    }
  }
}

async function play(seed: number): Promise<void> {
  const stack: SyncStack = await startSyncStack();
  try {
    const { primary, replica } = stack.databases;
    await primary.run("CREATE SCHEMA [other one];");
    await replica.run(`CREATE PROCEDURE dbo.ReplicaOnly AS SELECT 1 AS own;
    GO
    CREATE FUNCTION dbo.ReplicaOnlyFunction() RETURNS int AS BEGIN RETURN 1; END;`);
    const world = new World(seed);
    for (let round = 0; round < 12; round++) {
      for (let step = 0; step < 6; step++) {
        for (const batch of world.change()) await primary.run(batch);
      }
      const result = await stack.syncModules({ retryAll: true, confirmed: true });
      const pending = result.kind === "done" ? [...result.states].filter(([, { state }]) => state === "pending") : [];
      expect(pending, `round ${round}`).toEqual([]);
      await expectEqualModules(stack, ["dbo.ReplicaOnly", "dbo.ReplicaOnlyFunction"]);
      expect(result).toMatchObject({ run: { modules: world.nodes.length } });
      const again = await stack.syncModules({ retryAll: true });
      expect(again).toMatchObject({ kind: "done", run: { changed: 0 } });
    }
  } finally {
    await stack.close();
  }
}

const fixed = process.env["MODULES_SEED"];
const seeds = fixed === undefined ? [1, 2, 3] : [Number(fixed)];

describe("modules changed at random", () => {
  it.each(seeds)("are equal on both sides after every run (MODULES_SEED=%i)", play);
});
