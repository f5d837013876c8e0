import { parseTableKey } from "./table-name.ts";

/** Up to five names, the most similar first; only those that a slip of the keys could explain. */
export function nearestNames(text: string, names: readonly string[]): string[] {
  const wanted = text.toLowerCase();
  return names
    .map((name) => ({ name, distance: distance(wanted, name) }))
    .filter(({ distance }) => distance <= Math.max(2, Math.ceil(text.length / 2)))
    .sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name))
    .slice(0, 5)
    .map(({ name }) => name);
}

/** To the whole name or, a little further off, to its part without the schema. */
function distance(wanted: string, name: string): number {
  const whole = editDistance(wanted, name.toLowerCase());
  const parsed = parseTableKey(name);
  return parsed === undefined ? whole : Math.min(whole, editDistance(wanted, parsed.name.toLowerCase()) + 0.5);
}

/** Levenshtein: characters to insert, delete or replace. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
