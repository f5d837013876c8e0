import type { ConnectionPool } from "mssql";
import { type ModuleSchema, readModules } from "./read-modules.ts";

export interface ModuleComparison {
  /** `CustomerOverview`, `sales.LinesOf`. */
  readonly name: string;
  /** V, P, FN, IF or TF. */
  readonly type: string;
  readonly differences: number;
  /** In words. */
  readonly examples: readonly string[];
}

/**
 * Compares the views, procedures and functions of two databases: their texts, settings, columns, parameters and indexes.
 * What only the replica has is a difference too, save the routines that are its own, which must be there.
 * @param replicaOnly names of the replica's own routines; they are not listed where they stand
 */
export async function compareModules(
  primary: ConnectionPool,
  replica: ConnectionPool,
  replicaOnly: readonly string[],
): Promise<ModuleComparison[]> {
  const [wanted, found] = await Promise.all([readModules(primary), readModules(replica)]);
  const comparisons: ModuleComparison[] = [];
  for (const [name, module] of wanted) {
    const copy = found.get(name);
    const differences = copy === undefined ? ["it is missing on the replica"] : moduleDifferences(module, copy);
    comparisons.push(comparison(module, differences));
  }
  for (const [name, module] of found) {
    if (!wanted.has(name) && !replicaOnly.includes(name)) {
      comparisons.push(comparison(module, ["it is not on the primary"]));
    }
  }
  for (const name of replicaOnly) {
    if (!found.has(name)) comparisons.push({ name, type: "P", differences: 1, examples: ["the replica lost its own"] });
  }
  return comparisons;
}

function comparison({ name, type }: ModuleSchema, examples: readonly string[]): ModuleComparison {
  return { name, type, differences: examples.length, examples };
}

export function moduleDifferences(module: ModuleSchema, copy: ModuleSchema): string[] {
  const differences: string[] = [];
  if (module.type !== copy.type) differences.push(`type ${module.type} arrived as ${copy.type}`);
  if (module.definition === "") differences.push("the primary shows no definition");
  else if (!sameText(module, copy)) differences.push(`definition ${module.definition} arrived as ${copy.definition}`);
  for (const fact of module.facts) if (!copy.facts.includes(fact)) differences.push(`${fact} did not arrive`);
  for (const fact of copy.facts) if (!module.facts.includes(fact)) differences.push(`${fact} is not the primary's`);
  return differences;
}

const namePart = String.raw`(?:\[(?:[^\]]|\]\])+\]|"(?:[^"]|"")+"|[\w@#$]+)`;
const header = new RegExp(
  String.raw`^((?:\s+|--[^\n]*\n|/\*[^]*?\*/)*(?:CREATE|ALTER)(?:\s+OR\s+ALTER)?\s+(?:VIEW|PROC|PROCEDURE|FUNCTION)\s+)(?:(${namePart})\s*\.\s*)?(${namePart})`,
  "i",
);

/**
 * Byte by byte. sp_rename leaves the old name in the primary's text; the replica's must have the real one, and is the
 * same otherwise.
 */
function sameText(module: ModuleSchema, copy: ModuleSchema): boolean {
  if (module.definition === copy.definition) return true;
  const [old, rewritten] = [header.exec(module.definition), header.exec(copy.definition)];
  if (old === null || rewritten === null) return false;
  const body = (text: string, match: RegExpExecArray): string => `${match[1]} ${text.slice(match[0].length)}`;
  return (
    body(module.definition, old) === body(copy.definition, rewritten) &&
    unquoted(rewritten[2] ?? "dbo") === copy.schema &&
    unquoted(rewritten[3] ?? "") === copy.objectName
  );
}

function unquoted(name: string): string {
  if (name.startsWith("[")) return name.slice(1, -1).replaceAll("]]", "]");
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

/**
 * Asks both databases the same and adds what the replica answers differently.
 * @param queries by the name of the module that is asked
 * @throws where the primary gives no answer
 */
export async function compareAnswers(
  primary: ConnectionPool,
  replica: ConnectionPool,
  comparisons: readonly ModuleComparison[],
  queries: Readonly<Record<string, string>>,
): Promise<ModuleComparison[]> {
  const compared: ModuleComparison[] = [];
  for (const each of comparisons) {
    const query = queries[each.name];
    const examples = [...each.examples];
    if (query !== undefined) {
      const expected = await rowsOf(primary, query);
      const answer = await rowsOf(replica, query).catch((error: unknown) => `an error: ${String(error)}`);
      if (expected !== answer) examples.push(`${query} answers ${answer.slice(0, 200)}, not ${expected.slice(0, 200)}`);
    }
    compared.push({ ...each, examples, differences: examples.length });
  }
  return compared;
}

async function rowsOf(pool: ConnectionPool, query: string): Promise<string> {
  const request = pool.request();
  request.arrayRowMode = true;
  return JSON.stringify((await request.batch(query)).recordset);
}
