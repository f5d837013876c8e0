import type { LedgerRow } from "../model/ledger-row.ts";
import type { TableFlags } from "../model/table-flags.ts";
import type { Version } from "../model/version.ts";

export type Adoption =
  /** Nothing to adopt: load the table. */
  | { readonly kind: "none" }
  | { readonly kind: "adopt"; readonly version: Version; readonly advice: string }
  | { readonly kind: "blocked"; readonly what: string; readonly fix: string };

export const verifyAdvice =
  "the rows of an adopted table are taken as they are: compare them with the primary's, or order a full load " +
  "(force_full_load) where it is not certain that they were equal at that version";

/**
 * Whether a table starts from a version that an operator (or the program before this one) left under `version`, for a
 * replica table that was restored by hand. Only where neither the ledger nor our own `published` knows the table.
 */
export function decideAdoption(
  row: LedgerRow | undefined,
  flags: Pick<TableFlags, "published" | "version" | "force">,
  replicaTableExists: boolean,
  currentVersion: Version,
): Adoption {
  const { version } = flags;
  if (row !== undefined || flags.published !== undefined || version === undefined) return { kind: "none" };
  if (!replicaTableExists || flags.force !== undefined) return { kind: "none" };
  if (version <= currentVersion) return { kind: "adopt", version, advice: verifyAdvice };
  return {
    kind: "blocked",
    what: `its version key says ${version}, but the primary's current version is ${currentVersion}`,
    fix: "set the key to the version at which the replica's rows were equal to the primary's, or delete it for a full load",
  };
}
