import type { Version } from "./version.ts";

/** The value of mssql_sync:force_full_load:{T}: ordered by an operator, or the number of the load that obeys it. */
export type ForceOrder = { readonly kind: "ordered" } | { readonly kind: "obeying"; readonly loadId: bigint };

/** The last failure of a table, as it stands under mssql_sync:error:{T}. */
export interface TableError {
  /** "blocked": something outside of the app must change; "failed": tried again on its own. */
  readonly kind: "blocked" | "failed";
  readonly what: string;
  /** What the operator can do; a T-SQL statement where one helps. */
  readonly fix?: string | undefined;
  /** Number of the SQL error, when one was the cause. */
  readonly sqlError?: number | undefined;
  /** How often in a row. */
  readonly attempts: number;
  /** ISO 8601. */
  readonly at: string;
  /** ISO 8601: not looked at before. */
  readonly retryAt: string;
}

/** What Redis says of one table. */
export interface TableFlags {
  /** undefined: the key is missing. */
  readonly enabled: boolean | undefined;
  readonly force: ForceOrder | undefined;
  /** undefined: missing, or no decimal version. */
  readonly version: Version | undefined;
  /** Our own last publication; tells our `version` from an operator's. */
  readonly published: { readonly version: Version; readonly ledgerId: string } | undefined;
  readonly error: TableError | undefined;
}
