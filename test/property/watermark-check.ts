import { hasSqlErrorNumber } from "../../src/db/sql-error.ts";
import type { TestDatabase } from "../support/databases.ts";

/** A watermark that says more than the replica can hold, or less than it held before. */
export class WrongWatermark extends Error {
  override readonly name = "WrongWatermark";
}

/**
 * Watches the ledger's watermarks over a history: none is ever ahead of the primary's version, and none goes back. Only a restore of either
 * server, or somebody's own hand on the ledger, may do that.
 */
export class WatermarkCheck {
  readonly #primary: TestDatabase;
  readonly #replica: TestDatabase;
  readonly #seen = new Map<string, bigint>();
  #rewound = false;

  constructor(primary: TestDatabase, replica: TestDatabase) {
    this.#primary = primary;
    this.#replica = replica;
  }

  /** The primary went back to the past: watermarks are ahead of it until every table was loaded again. */
  rewind(): void {
    this.#rewound = true;
  }

  /** The ledger was changed by others than the app. */
  forget(): void {
    this.#seen.clear();
  }

  /** Where an app stands still in the middle of a commit, its locks are not waited for: nothing can be said then. @throws WrongWatermark */
  async look(): Promise<void> {
    const rows = await this.#readLedger();
    if (rows.length === 0) return;
    const [now] = await this.#primary.rows("SELECT CHANGE_TRACKING_CURRENT_VERSION() AS version;");
    const version = BigInt(now?.["version"] as string);
    const watermarks = rows.map((row) => [String(row["table_name"]), BigInt(row["watermark"] as string)] as const);
    const ahead = watermarks.filter(([, watermark]) => watermark > version);
    const back = watermarks.filter(([table, watermark]) => watermark < (this.#seen.get(table) ?? 0n));
    if (!this.#rewound && ahead.length > 0) {
      throw new WrongWatermark(`ahead of the primary's version ${version}: ${ahead.map(textOf).join(", ")}`);
    }
    if (!this.#rewound && back.length > 0) {
      const before = back.map(([table]) => `${table} at ${this.#seen.get(table) ?? 0n}`);
      throw new WrongWatermark(`gone back: ${back.map(textOf).join(", ")}; before ${before.join(", ")}`);
    }
    // A restored primary may have grown since, so that nothing is ahead of it any more: the mark stays until a history's end.
    for (const [table, watermark] of watermarks) this.#seen.set(table, watermark);
  }

  async #readLedger(): Promise<Record<string, unknown>[]> {
    try {
      return await this.#replica.rows(
        `SET LOCK_TIMEOUT 100;
        IF OBJECT_ID('mssql_sync.ledger') IS NOT NULL SELECT table_name, watermark FROM mssql_sync.ledger WHERE watermark IS NOT NULL;`,
      );
    } catch (error) {
      if (hasSqlErrorNumber(error, 1222)) return [];
      throw error;
    }
  }
}

function textOf([table, watermark]: readonly [string, bigint]): string {
  return `${table} at ${watermark}`;
}
