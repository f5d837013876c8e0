import type { ModuleRecord } from "../model/module-record.ts";
import type { ModulesView } from "../model/modules-view.ts";
import { type NeededObject, neededKey } from "../model/needed-object.ts";

/**
 * Types and synonyms that this app made for modules, and that the primary has otherwise by now. A sequence goes on by
 * itself once it is made: the replica's numbers are its own. Pure.
 */
export function outdatedObjects(
  primary: readonly NeededObject[],
  replica: ModulesView,
  records: readonly ModuleRecord[],
): { readonly before: NeededObject; readonly after: NeededObject }[] {
  const keyOf = ({ kind, name }: NeededObject): string => neededKey(kind, name, replica.caseSensitive);
  const ours = new Set(
    records.flatMap(({ kind, name }) => (kind === "module" ? [] : [neededKey(kind, name, replica.caseSensitive)])),
  );
  const there = new Map(replica.needed.map((object) => [keyOf(object), object]));
  return primary.flatMap((after) => {
    const before = there.get(keyOf(after));
    const differs = before !== undefined && before.definition !== after.definition;
    return differs && after.kind !== "sequence" && after.create !== undefined && ours.has(keyOf(after))
      ? [{ before, after }]
      : [];
  });
}
