import type { Module } from "../../../src/model/module.ts";
import type { Dependency } from "../../../src/model/modules-view.ts";
import { tableKey } from "../../../src/model/table-name.ts";
import type { Definition, ModuleStep } from "../../../src/modules/module-step.ts";
import { aModule } from "./module-fixture.ts";

/** A definition whose body names what it is schema-bound to, and a mark by which the test knows it again. */
export function boundText(key: string, mark: string, needs: readonly string[]): string {
  return `CREATE FUNCTION [dbo].[${key}]() RETURNS int WITH SCHEMABINDING AS /* ${mark} needs:${needs.join(",")} */`;
}

function needsOf(text: string): string[] {
  return (/ needs:(\S*) \*\//.exec(text)?.[1] ?? "").split(",").filter((need) => need !== "");
}

/** With the number of the server's error. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly number: number;

  constructor(number: number, what: string) {
    super(`${number}: ${what}`);
    this.number = number;
  }
}

interface Standing {
  readonly module: Module;
  readonly text: string;
}

/**
 * What a server does with schema-bound modules, and nothing else: none is dropped or altered while another one that
 * stands is bound to it, and none is made while something that it is bound to is missing.
 */
export class SmallReplica {
  #standing = new Map<string, Standing>();
  #kept = new Set<string>();
  #nextId = 1_000;

  get modules(): Module[] {
    return [...this.#standing.values()].map(({ module }) => module);
  }

  get texts(): Record<string, string> {
    return Object.fromEntries([...this.#standing].sort().map(([key, { text }]) => [key, text]));
  }

  get definitions(): Map<number, Definition> {
    return new Map(
      [...this.#standing.values()].map(({ module, text }) => [
        module.objectId,
        { text, ansiNulls: true, quotedIdentifier: true },
      ]),
    );
  }

  get dependencies(): Dependency[] {
    return [...this.#standing.values()].flatMap(({ module, text }) =>
      needsOf(text).map((need) => ({
        from: module.objectId,
        to: this.#find(need).objectId,
        ofType: false,
        bound: true,
      })),
    );
  }

  create(key: string, type: Module["type"], text: string, indexes: Module["indexes"] = []): Module {
    if (this.#standing.has(key)) throw new Refused(2714, `create ${key}: there is one already`);
    for (const need of needsOf(text)) this.#find(need, 208, `create ${key}`);
    const module = aModule(key, { type, objectId: this.#nextId++, hash: `of ${text}`, indexes, schemaBound: true });
    this.#standing.set(key, { module, text });
    return module;
  }

  /**
   * All steps or none.
   * @throws Refused where a server would refuse a step; Error where what a dropped module had is given back to none
   */
  transaction(steps: readonly ModuleStep[]): void {
    const before = new Map(this.#standing);
    this.#kept = new Set();
    try {
      for (const step of steps) this.#take(step);
    } catch (error) {
      this.#standing = before;
      throw error;
    }
    if (this.#kept.size > 0) throw new Error(`kept, and given back to none: ${[...this.#kept].join(", ")}`);
  }

  #take(step: ModuleStep): void {
    switch (step.kind) {
      case "drop": {
        const key = tableKey(step.module.name);
        this.#requireUnbound(key, "drop");
        this.#standing.delete(key);
        if (step.keepAs !== undefined) this.#kept.add(step.keepAs);
        return;
      }
      case "make": {
        const key = tableKey(step.name);
        const { text } = step.definition;
        if (text.startsWith("ALTER ")) this.#alter(key, step.type, text);
        else this.create(key, step.type, text);
        if (step.restoreFrom !== undefined && !this.#kept.delete(step.restoreFrom)) {
          throw new Error(`${key}: nothing was kept as ${step.restoreFrom}`);
        }
        return;
      }
      case "create-index": {
        const standing = this.#standing.get(tableKey(step.view));
        if (standing === undefined) throw new Refused(1088, `index on ${step.view.name}: it is missing`);
        const { module, text } = standing;
        const indexes = [...module.indexes, step.index];
        this.#standing.set(tableKey(step.view), { module: { ...module, indexes }, text });
        return;
      }
      case "drop-index": {
        const standing = this.#standing.get(tableKey(step.view));
        if (standing === undefined) throw new Refused(3701, `drop index of ${step.view.name}: it is missing`);
        const { module, text } = standing;
        const indexes = module.indexes.filter(({ name }) => name !== step.index);
        this.#standing.set(tableKey(step.view), { module: { ...module, indexes }, text });
        return;
      }
      case "record":
        if (!this.#standing.has(tableKey(step.record.name)))
          throw new Error(`record ${step.record.name.name}: missing`);
        return;
      case "forget":
      case "drop-needed":
      case "make-needed":
        return;
    }
  }

  #alter(key: string, type: Module["type"], text: string): void {
    const old = this.#find(key, 208, "alter");
    if (old.type !== type) throw new Refused(2010, `alter ${key}: another type`);
    this.#requireUnbound(key, "alter");
    for (const need of needsOf(text)) this.#find(need, 208, `alter ${key}`);
    const created = text.replace(/^ALTER /, "CREATE ");
    this.#standing.set(key, { module: { ...old, hash: `of ${created}`, indexes: [] }, text: created });
  }

  #requireUnbound(key: string, what: string): void {
    const id = this.#find(key, 3701, what).objectId;
    const bound = [...this.#standing.values()].find(
      ({ module, text }) => module.objectId !== id && needsOf(text).includes(key),
    );
    if (bound !== undefined) throw new Refused(3729, `${what} ${key}: ${tableKey(bound.module.name)} is bound to it`);
  }

  #find(key: string, number = 208, what = "find"): Module {
    const standing = this.#standing.get(key);
    if (standing === undefined) throw new Refused(number, `${what}: ${key} is missing`);
    return standing.module;
  }
}
