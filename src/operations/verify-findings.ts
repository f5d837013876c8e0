import type { TableName } from "../model/table-name.ts";
import { tableKey } from "../model/table-name.ts";
import { standingDifferences } from "../model/verification.ts";
import type { StoredVerification } from "../state/verifications.ts";
import type { Finding } from "./finding.ts";
import type { TablesView } from "./read-tables.ts";
import { isOutdated } from "./verify-report.ts";

/** What is to be said of comparisons: rows that differ and were not repaired, and comparisons that cannot end. Pure. */
export function verifyFindings(
  view: Pick<TablesView, "ledger" | "tables">,
  found: ReadonlyMap<string, StoredVerification>,
  keyOf: (table: TableName) => string,
): Finding[] {
  return view.tables.flatMap((table): Finding[] => {
    const stored = found.get(tableKey(table));
    if (stored === undefined) return [];
    const key = keyOf(table);
    if (stored.garbage) {
      return [{ severity: "warning", what: `Redis key ${key} holds a value that means nothing`, fix: `DEL ${key}` }];
    }
    const { run, last } = stored.value;
    const shown = [run, last].filter((each) => each !== undefined && !isOutdated(view, table, each));
    const differing = shown.find((each) => each !== undefined && standingDifferences(each) > 0);
    const failing = shown.find((each) => each?.error !== undefined);
    const name = tableKey(table);
    return [
      ...(differing === undefined
        ? []
        : [
            {
              severity: "error",
              what: `${name}: ${standingDifferences(differing).toLocaleString("en-US")} rows of the replica differ from the primary's; GET /api/tables/${name}/verify names them`,
              fix: `POST /api/tables/${name}/verify?repair=1`,
            } as const,
          ]),
      ...(failing?.error === undefined
        ? []
        : [
            { severity: "warning", what: `${name} could not be compared: ${failing.error}`, fix: failing.fix } as const,
          ]),
    ];
  });
}
