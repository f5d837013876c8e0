import { createHash } from "node:crypto";

/** Names that the server makes up: PK__Customer__A4AE64D8D1C2F3A4, DF__Customer__Statu__49C3F6B7. */
export function systemName(
  kind: "PK" | "UQ" | "DF" | "CK" | "FK",
  table: string,
  column: string | undefined,
  objectId: number,
): string {
  const hash = createHash("md5")
    .update(`${table}.${column ?? ""}.${objectId}`)
    .digest("hex")
    .toUpperCase();
  if (kind === "PK" || kind === "UQ") return `${kind}__${table.slice(0, 8)}__${hash.slice(0, 16)}`;
  if (column === undefined) return `${kind}__${table.slice(0, 9)}__${hash.slice(0, 8)}`;
  return `${kind}__${table.slice(0, 9)}__${column.slice(0, 5)}__${hash.slice(0, 8)}`;
}
