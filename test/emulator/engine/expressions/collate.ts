import { sqlError } from "../../values/error-table.ts";
import { typeFamily } from "../../values/coerce-type.ts";
import type { SqlType } from "../../values/sql-type.ts";
import { without } from "../without.ts";
import type { CollationStrength, Compiled } from "./compiled.ts";

const RANK: Record<CollationStrength, number> = { coercible: 0, implicit: 1, explicit: 2 };

/**
 * The collation in which two texts meet ("Collation precedence (Transact-SQL)"): explicit beats implicit beats default.
 * @throws SqlError 468 when two columns, or two COLLATE clauses, disagree
 */
export function mergeCollation(
  left: Compiled,
  right: Compiled,
  type: SqlType,
): { type: SqlType; strength: CollationStrength } {
  if (typeFamily(type) !== "string") return { type, strength: "coercible" };
  const [a, b] = [left.type.collation, right.type.collation];
  if (typeFamily(left.type) !== "string") return withCollation(type, b, right.collation);
  if (typeFamily(right.type) !== "string") return withCollation(type, a, left.collation);
  const order = RANK[left.collation] - RANK[right.collation];
  if (order > 0) return withCollation(type, a, left.collation);
  if (order < 0) return withCollation(type, b, right.collation);
  // A text without a collation comes from a literal: it takes the other's.
  if (left.collation !== "coercible" && a !== undefined && b !== undefined && a.toLowerCase() !== b.toLowerCase()) {
    throw sqlError(468, a, b, "equal to");
  }
  return withCollation(type, a ?? b, left.collation);
}

function withCollation(
  type: SqlType,
  collation: string | undefined,
  strength: CollationStrength,
): { type: SqlType; strength: CollationStrength } {
  if (collation !== undefined) return { type: { ...type, collation }, strength };
  return { type: without(type, "collation"), strength };
}
