import { nameKey } from "./name-key.ts";
import type { TableName } from "./table-name.ts";

/** What modules and columns may need beside tables and other modules, as one side's catalog shows it. */
export interface NeededObject {
  readonly kind: "alias type" | "table type" | "sequence" | "synonym" | "clr type" | "xml schema collection";
  readonly name: TableName;
  /** user_type_id of a type, xml_collection_id of a collection, object_id of the others. */
  readonly id: number;
  /** One batch that makes it, its schema taken as given; undefined where that is not possible, see `obstacle`. */
  readonly create: string | undefined;
  /** Why it cannot be made on the replica. */
  readonly obstacle?: string | undefined;
  /** Equal on both sides exactly when the objects are: `create` without what moves, as the start of a sequence. */
  readonly definition: string;
  /** The types that it uses itself: to be made before it. */
  readonly needs: readonly TableName[];
}

/** Under which a database finds it: types and XML schema collections have name spaces of their own. */
export function neededKey(kind: NeededObject["kind"], name: TableName, caseSensitive: boolean): string {
  const space = kind === "synonym" || kind === "sequence" ? "object" : kind === "xml schema collection" ? kind : "type";
  return `${space} ${nameKey(name, caseSensitive)}`;
}
