import { isColumnInMask } from "../../change-tracking/column-mask.ts";
import { runDueCleanup } from "../../change-tracking/cleanup.ts";
import { currentVersion, minValidVersion } from "../../change-tracking/tracking-versions.ts";
import { BIGINT, BIT, INT, varbinary } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import type { Runtime } from "../runtime.ts";
import type { ScalarFunction } from "./scalar-function.ts";

/** "Change tracking functions (Transact-SQL)". */

/** The snapshot in whose eyes versions are told: that of the transaction under SNAPSHOT isolation. */
function snapshotOf(runtime: Runtime): number {
  const { session } = runtime;
  return session.transactions.viewOf(session.currentDatabase, runtime.view(), false).snapshot;
}

export const changeTrackingFunctions: readonly ScalarFunction[] = [
  {
    name: "CHANGE_TRACKING_CURRENT_VERSION",
    parameters: [],
    result: BIGINT,
    mayBeNull: true,
    evaluate: (_, runtime) => {
      const { currentDatabase } = runtime.session;
      if (currentDatabase.secondary) throw sqlError(22117);
      runDueCleanup(currentDatabase);
      return currentVersion(currentDatabase, snapshotOf(runtime));
    },
  },
  {
    name: "CHANGE_TRACKING_MIN_VALID_VERSION",
    parameters: [INT],
    result: BIGINT,
    mayBeNull: true,
    evaluate: ([objectId], runtime) => {
      const { currentDatabase } = runtime.session;
      if (currentDatabase.secondary) throw sqlError(22117);
      runDueCleanup(currentDatabase);
      const table = currentDatabase.objects.get(objectId as number);
      if (table && !runtime.session.rights.onObject("VIEW CHANGE TRACKING", table, currentDatabase)) return null;
      return minValidVersion(currentDatabase, objectId as number, snapshotOf(runtime));
    },
  },
  {
    name: "CHANGE_TRACKING_IS_COLUMN_IN_MASK",
    parameters: [INT, varbinary(4100)],
    result: BIT,
    handlesNull: true,
    evaluate: ([columnId, mask]) => isColumnInMask(columnId as number | null, mask as Buffer | null),
  },
];
