import type { NeededObject } from "../model/needed-object.ts";
import type { TableName } from "../model/table-name.ts";
import { definitionTokens } from "../sql/definition-tokens.ts";

/**
 * Tells which of the objects a module's text needs: those whose names it mentions, as a word or in quotes, outside of
 * strings and comments, whatever the schema; each once, after those that it needs itself. It may name some that the
 * text does not mean. The text is read instead of sys.sql_expression_dependencies, which needs a right of its own.
 * Pure; a text costs its length, however many objects there are.
 * @param nameKey gives the same key to names that the database cannot tell apart
 */
export function neededObjectChooser(
  objects: readonly NeededObject[],
  nameKey: (name: string) => string,
): (definition: string) => NeededObject[] {
  const byName = new Map<string, NeededObject[]>();
  for (const object of objects) {
    const key = nameKey(object.name.name);
    byName.set(key, [...(byName.get(key) ?? []), object]);
  }
  const isType = ({ kind }: NeededObject): boolean => kind.endsWith(" type");
  const isNamed = ({ name }: NeededObject, { schema }: TableName): boolean => nameKey(name.schema) === nameKey(schema);

  return (definition) => {
    const chosen = new Set<NeededObject>();
    const visited = new Set<NeededObject>();
    const choose = (object: NeededObject): void => {
      if (visited.has(object)) return;
      visited.add(object);
      for (const need of object.needs) {
        const found = byName.get(nameKey(need.name)) ?? [];
        found.filter((each) => isType(each) && isNamed(each, need)).forEach(choose);
      }
      chosen.add(object);
    };
    if (byName.size === 0) return [];
    for (const { kind, text } of definitionTokens(definition)) {
      if (kind === "word" || kind === "quoted") byName.get(nameKey(text))?.forEach(choose);
    }
    return [...chosen];
  };
}
