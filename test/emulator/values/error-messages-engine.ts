import type { ErrorMessage } from "./error-message.ts";

/** Errors of statements that the other tables do not have. Source: sys.messages of the server. */
// prettier-ignore
export const ENGINE_MESSAGES: readonly ErrorMessage[] = [
  [219, 16, "The type '%.*ls' already exists, or you do not have permission to create it."],
  [1020, 15, "Sub-entity lists (such as column or security expressions) cannot be specified for entity-level permissions."],
  [1946, 16, "Operation failed. The index entry of length %d bytes for the index '%.*ls' exceeds the maximum length of %d bytes for %S_MSG indexes."],
  [4624, 16, "Cannot grant, deny, or revoke permissions to sa, dbo, entity owner, information_schema, sys, or yourself."],
  [4901, 16, "ALTER TABLE only allows columns to be added that can contain nulls, or have a DEFAULT definition specified, or the column being added is an identity or timestamp column, or alternatively if none of the previous conditions are satisfied the table must be empty to allow addition of this column. Column '%.*ls' cannot be added to non-empty table '%.*ls' because it does not satisfy these conditions."],
  [15007, 16, "'%s' is not a valid login or you do not have permission."],
  [15217, 16, "Property cannot be updated or deleted. Property '%.*ls' does not exist for '%.*ls'."],
  [15284, 16, "The database principal has granted or denied permissions to objects in the database and cannot be dropped."],
  [15335, 11, "Error: The new name '%s' is already in use as a %s name and would cause a duplicate that is not permitted."],
];
