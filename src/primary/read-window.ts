import type { Session } from "../db/session.ts";
import type { Cursor } from "../model/cursor.ts";
import type { TableShape } from "../model/table-shape.ts";
import type { Version } from "../model/version.ts";
import { endKeyQuery } from "../sql/chunk-query.ts";
import { rowCountQuery, windowQuery } from "../sql/window-query.ts";

/** Where Change Tracking stands for one table at the moment of the read. */
export interface TrackingWindow {
  readonly currentVersion: Version;
  readonly minValidVersion: Version;
  /** The primary's clock, UTC, ISO 8601. */
  readonly now: string;
}

/**
 * @throws Error when the server gives no version: tracking is off, the id is wrong, or the login may not see it
 */
export async function readWindow(session: Session, shape: TableShape): Promise<TrackingWindow> {
  const [rows] = await session.query(windowQuery(shape.objectId));
  const current = rows?.[0]?.["current_version"];
  const minValid = rows?.[0]?.["min_valid_version"];
  if (typeof current !== "string" || typeof minValid !== "string") {
    throw new Error(
      "read the Change Tracking versions: the primary gives none; tracking is off or VIEW CHANGE TRACKING is missing",
    );
  }
  return { currentVersion: BigInt(current), minValidVersion: BigInt(minValid), now: rows?.[0]?.["now"] as string };
}

/** The key of the n-th row after a cursor; undefined when fewer than n rows are left. */
export async function readEndKey(
  session: Session,
  shape: TableShape,
  after: Cursor | undefined,
  rows: number,
): Promise<Cursor | undefined> {
  const [found] = await session.query(endKeyQuery(shape, after, rows), { timeoutMs: 5 * 60_000 });
  const row = found?.[0];
  return row === undefined ? undefined : shape.key.map((_column, at) => row[`k${at}`] as string);
}

/** Rows on the primary as its metadata counts them. */
export async function readRowCount(session: Session, shape: TableShape): Promise<bigint> {
  const [rows] = await session.query(rowCountQuery(shape.objectId));
  const total = rows?.[0]?.["total"];
  return typeof total === "string" ? BigInt(total) : 0n;
}
