/**
 * AST coverage: a clause that was parsed and not looked at while compiling and executing has been ignored in silence, and an
 * emulator must not do that. The engine compiles from the covered node and then asks for what it never read.
 *
 * Costs nothing on the hot path as long as compiled closures hold plain values: read each field once while compiling, and
 * take out with `wholeNode` what is kept longer than the statement (module bodies, defaults, checks).
 */
export interface CoveredNode<T extends object> {
  /** Reads are recorded, here and in everything below. */
  readonly node: T;
  /** `kind.field` of every clause with a value that was never read, in the order of the text. */
  readonly unreadClauses: () => string[];
}

/** Fields that say where something stands or what was typed, not what to do. */
const exemptFields: ReadonlySet<string> = new Set(["kind", "pos", "line", "text", "whereText", "definition"]);

const proxyTargets = new WeakMap<object, { readonly target: object; readonly takeWhole: () => void }>();

/**
 * A statement within a statement (IF, blocks, module bodies, INSERT EXEC) is returned as it is and counts as read: it is compiled under its own coverage.
 * Literals are returned as they are too.
 */
export function withCoverage<T extends object>(node: T): CoveredNode<T> {
  const reads = new Map<object, Set<string> | "whole">();
  const proxies = new Map<object, object>();

  function fieldsRead(target: object): Set<string> | "whole" {
    const known = reads.get(target);
    if (known !== undefined) return known;
    const fields = new Set<string>();
    reads.set(target, fields);
    return fields;
  }

  function cover(target: object): object {
    const known = proxies.get(target);
    if (known !== undefined) return known;
    const proxy = new Proxy(target, {
      get(object, key) {
        const value: unknown = Reflect.get(object, key);
        if (typeof key !== "string") return value;
        const fields = fieldsRead(object);
        if (fields !== "whole") fields.add(key);
        return isPlain(value) && !standsAlone(value) ? cover(value) : value;
      },
    });
    proxies.set(target, proxy);
    proxyTargets.set(proxy, { target, takeWhole: () => reads.set(target, "whole") });
    return proxy;
  }

  function collect(target: object, path: string, found: string[]): void {
    const fields = reads.get(target);
    if (fields === "whole") return;
    const inArray = Array.isArray(target);
    const name = "kind" in target && typeof target.kind === "string" ? target.kind : path;
    for (const [key, value] of Object.entries(target) as [string, unknown][]) {
      if ((!inArray && exemptFields.has(key)) || !carriesValue(value)) continue;
      const clause = inArray ? `${name}[${key}]` : `${name}.${key}`;
      if (fields?.has(key) !== true) found.push(clause);
      else if (isPlain(value) && !standsAlone(value)) collect(value, clause, found);
    }
  }

  return {
    node: cover(node) as T,
    unreadClauses: () => {
      const found: string[] = [];
      collect(node, "statement", found);
      return found;
    },
  };
}

/** The bare node behind a covered one, counted as read with everything below it; a bare node is returned as it is. */
export function wholeNode<T extends object>(node: T): T {
  const covered = proxyTargets.get(node);
  if (covered === undefined) return node;
  covered.takeWhole();
  return covered.target as T;
}

function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Buffer.isBuffer(value);
}

function standsAlone(value: object): boolean {
  return ("line" in value && "kind" in value) || ("kind" in value && value.kind === "literal");
}

function carriesValue(value: unknown): boolean {
  if (value === undefined || value === false || value === null) return false;
  return !(Array.isArray(value) && value.length === 0);
}
