/** Four-letter codes of permissions ("sys.database_permissions"). */
const PERMISSION_CODES: Readonly<Record<string, string>> = {
  ALTER: "AL  ",
  "ALTER ANY APPLICATION ROLE": "ALAR",
  "ALTER ANY MASK": "AAMK",
  "ALTER ANY ROLE": "ALRL",
  "ALTER ANY SCHEMA": "ALSM",
  "ALTER ANY SECURITY POLICY": "ALSP",
  "ALTER ANY USER": "ALUS",
  AUTHENTICATE: "AUTH",
  "BACKUP DATABASE": "BADB",
  "BACKUP LOG": "BALO",
  CHECKPOINT: "CP  ",
  CONNECT: "CO  ",
  CONTROL: "CL  ",
  "CREATE DATABASE": "CRDB",
  "CREATE FUNCTION": "CRFN",
  "CREATE PROCEDURE": "CRPR",
  "CREATE ROLE": "CRRL",
  "CREATE SCHEMA": "CRSM",
  "CREATE SEQUENCE": "CRSO",
  "CREATE SYNONYM": "CRSN",
  "CREATE TABLE": "CRTB",
  "CREATE TYPE": "CRTY",
  "CREATE VIEW": "CRVW",
  DELETE: "DL  ",
  EXECUTE: "EX  ",
  IMPERSONATE: "IM  ",
  INSERT: "IN  ",
  REFERENCES: "RF  ",
  SELECT: "SL  ",
  SHOWPLAN: "SPLN",
  "TAKE OWNERSHIP": "TO  ",
  UNMASK: "UMSK",
  UPDATE: "UP  ",
  "VIEW DATABASE PERFORMANCE STATE": "VDP ",
  "VIEW DATABASE SECURITY STATE": "VDS ",
  "VIEW CHANGE TRACKING": "VWCT",
  "VIEW DATABASE STATE": "VWDS",
  "VIEW DEFINITION": "VW  ",
};

export function isKnownPermission(permission: string): boolean {
  return Object.hasOwn(PERMISSION_CODES, permission);
}

/** @throws Error for a permission that GRANT should have refused */
export function permissionCode(permission: string): string {
  const found = PERMISSION_CODES[permission];
  if (found === undefined) throw new Error(`no code is known of the permission ${permission}`);
  return found;
}
