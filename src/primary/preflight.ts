import type { Row, Session } from "../db/session.ts";
import { type TableShape, replicatedColumns } from "../model/table-shape.ts";
import { preflightQuery } from "../sql/preflight-query.ts";
import { quoteName, quoteTable } from "../sql/quote.ts";

/** What keeps the login from reading a table as it is, and the T-SQL that helps. */
export interface Unreadable {
  readonly what: string;
  readonly fix: string;
}

/**
 * Whether every row and value of the table can be read as it is; undefined when so. A filtered row would look deleted,
 * a masked value would be copied as its mask: neither gives an error by itself.
 * https://learn.microsoft.com/sql/relational-databases/security/row-level-security
 * https://learn.microsoft.com/sql/relational-databases/security/dynamic-data-masking
 */
export async function preflight(session: Session, shape: TableShape): Promise<Unreadable | undefined> {
  const [rights, columns, policies] = await session.query(preflightQuery(shape));
  const right = rights?.[0];
  if (right === undefined)
    throw new Error(`check the rights on ${quoteTable(shape.table)}: the primary gave no answer`);
  const table = quoteTable(shape.table);
  const user = quoteName((right["user_name"] as string | null) ?? "public");
  const carried = new Set(replicatedColumns(shape).map(({ name }) => name));
  const seen = (columns ?? []).filter((row) => carried.has(row["name"] as string));
  const found: Unreadable[] = [];

  const unread = seen.filter((row) => row["may_select"] !== 1).map(nameOf);
  if (unread.length > 0) {
    found.push({
      what: `the login may not read ${list(unread)}`,
      fix: `GRANT SELECT ON ${table} TO ${user}; -- and no DENY on ${list(unread)}`,
    });
  }
  if (right["sees_changes"] !== 1) {
    found.push({
      what: "the login may not read the table's changes",
      fix: `GRANT VIEW CHANGE TRACKING ON ${table} TO ${user};`,
    });
  }
  const masked = seen.filter((row) => row["is_masked"] === true && row["may_unmask"] !== 1).map(nameOf);
  if (masked.length > 0 && right["unmasks"] !== 1) {
    found.push({ what: `the login sees ${list(masked)} masked`, fix: `GRANT UNMASK TO ${user};` });
  }
  if (right["sees_definitions"] !== 1) {
    found.push({
      what: "the login may not see the database's definitions: row-level security, which hides rows, cannot be ruled out",
      fix: `GRANT VIEW DEFINITION TO ${user};`,
    });
  }
  for (const row of policies ?? []) {
    const policy = quoteTable({ schema: row["schema_name"] as string, name: row["policy_name"] as string });
    found.push({
      what: `the security policy ${policy} filters the table's rows: hidden rows would look deleted`,
      fix: `ALTER SECURITY POLICY ${policy} DROP FILTER PREDICATE ON ${table};`,
    });
  }
  if (found.length === 0) return undefined;
  return { what: found.map(({ what }) => what).join("; "), fix: found.map(({ fix }) => fix).join("\n") };
}

/** The primary does not let all rows and values be seen: what was read may leave some out. */
export class UnreadableTable extends Error {
  override readonly name = "UnreadableTable";
  readonly fix: string;

  constructor({ what, fix }: Unreadable) {
    super(what);
    this.fix = fix;
  }
}

/** To be asked after a read: a policy or a mask may have come since the table was prepared. @throws UnreadableTable */
export async function confirmReadable(session: Session, shape: TableShape): Promise<void> {
  const unreadable = await preflight(session, shape);
  if (unreadable !== undefined) throw new UnreadableTable(unreadable);
}

function nameOf(row: Row): string {
  return row["name"] as string;
}

function list(names: readonly string[]): string {
  return `column${names.length === 1 ? "" : "s"} ${names.join(", ")}`;
}
