import type { DatabaseObject } from "../../storage/database-model.ts";

type Kind = DatabaseObject["kind"];

const COMMON = ["ALTER", "CONTROL", "TAKE OWNERSHIP", "VIEW DEFINITION"];
const ROWS = ["SELECT", "INSERT", "UPDATE", "DELETE", "REFERENCES"];

/** Permissions by the kind of object they can be given on ("Permissions (Database Engine)": permissions applicable to specific securables). */
const PERMISSIONS: Partial<Record<Kind, readonly string[]>> = {
  table: [...ROWS, ...COMMON, "VIEW CHANGE TRACKING", "UNMASK"],
  view: [...ROWS, ...COMMON, "UNMASK"],
  "inline-function": [...ROWS, ...COMMON],
  "table-function": [...ROWS, ...COMMON],
  procedure: ["EXECUTE", ...COMMON],
  "scalar-function": ["EXECUTE", "REFERENCES", ...COMMON],
  sequence: ["UPDATE", "REFERENCES", ...COMMON],
  synonym: ["SELECT", "INSERT", "UPDATE", "DELETE", "EXECUTE", "CONTROL", "TAKE OWNERSHIP", "VIEW DEFINITION"],
};

/** What ALL stands for ("GRANT Object Permissions", ALL). */
const ALL: Partial<Record<Kind, readonly string[]>> = {
  table: ROWS,
  view: ROWS,
  "inline-function": ROWS,
  "table-function": ROWS,
  procedure: ["EXECUTE"],
  "scalar-function": ["EXECUTE", "REFERENCES"],
};

/** The permissions that can be given on an object of that kind; undefined: none can, such as on triggers and constraints. */
export function objectPermissions(kind: Kind): readonly string[] | undefined {
  return PERMISSIONS[kind];
}

export function allPermissions(kind: Kind): readonly string[] | undefined {
  return ALL[kind];
}

/** Permissions that a list of columns may go with ("GRANT Object Permissions", column). */
export const COLUMN_PERMISSIONS: readonly string[] = ["SELECT", "REFERENCES", "UPDATE", "UNMASK"];

export const TYPE_PERMISSIONS: readonly string[] = [
  "CONTROL",
  "EXECUTE",
  "REFERENCES",
  "TAKE OWNERSHIP",
  "VIEW DEFINITION",
];

// prettier-ignore
export const SCHEMA_PERMISSIONS: readonly string[] = [
  "ALTER", "CONTROL", "CREATE SEQUENCE", "DELETE", "EXECUTE", "INSERT", "REFERENCES", "SELECT", "TAKE OWNERSHIP", "UNMASK", "UPDATE",
  "VIEW CHANGE TRACKING", "VIEW DEFINITION",
];
