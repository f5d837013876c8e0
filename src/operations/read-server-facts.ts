import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import { doctorClockQuery, doctorServerQuery } from "../sql/doctor-server-query.ts";
import type { ClockReading } from "./clock-findings.ts";
import type { ServerFacts } from "./server-facts.ts";

export async function readServerFacts(database: Database): Promise<ServerFacts> {
  const [rows] = await database.query(doctorServerQuery);
  const row = rows?.[0];
  if (row === undefined)
    throw new Error(`look at the ${database.role}: sys.databases does not show the database itself`);
  const text = (name: string): string => {
    const value = row[name];
    return typeof value === "string" ? value : "unknown";
  };
  return {
    productVersion: text("product_version"),
    edition: text("edition"),
    engineEdition: row["engine_edition"] as number,
    user: text("user_name"),
    compatibilityLevel: row["compatibility_level"] as number,
    collation: text("collation_name"),
    userAccess: text("user_access_desc"),
    readOnly: row["is_read_only"] === true,
    updateability: text("updateability"),
    autoClose: row["is_auto_close_on"] === true,
    readCommittedSnapshot: row["is_read_committed_snapshot_on"] === true,
    delayedDurability: text("delayed_durability_desc"),
    logReuseWait: text("log_reuse_wait_desc"),
  };
}

/** On a connection that stands already, so that making one is no part of the round trip. */
export function readServerClock(database: Database, clock: Pick<Clock, "now">): Promise<ClockReading> {
  return database.withSession(async (session) => {
    const asked = clock.now();
    const [rows] = await session.query(doctorClockQuery);
    return readingOf(database.role, asked, clock.now(), Date.parse(rows?.[0]?.["now"] as string));
  });
}

/** Of a time that was told between two moments of our own, all in ms since the epoch. */
export function readingOf(who: ClockReading["who"], asked: number, answered: number, told: number): ClockReading {
  return { who, offsetMs: Math.round(told - (asked + answered) / 2), uncertaintyMs: (answered - asked) / 2 };
}
