import type { Fault } from "../emulator/faults.ts";
import type { FaultMoment, FaultStep } from "../emulator/tds/fault-gate.ts";
import type { RedisMoment } from "./crash-redis.ts";
import type { CrashServers } from "./crash-servers.ts";

/** A moment of an app's way at which its process may be killed or a connection lost. */
export interface CrashMoment {
  /** The same for the same moment of every run: `replica commit UPDATE mssql_sync.ledger SET ... 2`. */
  readonly label: string;
  /** Where, and what is about to happen. */
  readonly kind: string;
  /** Ends the connection as a failing network does. */
  drop(): Promise<void>;
  /** Settles when the server has noticed that the client is gone. */
  gone(): Promise<void>;
}

const sqlSteps: readonly FaultStep[] = ["login", "batch", "rpc", "row", "bulk", "commit", "committed"];

/** What reads rows of a user's table. */
const readsRows = /FROM \(?(CHANGETABLE\(CHANGES|\[dbo\])/;

/**
 * Calls `take` at every moment of `work`, and nothing goes on there until it is settled. The moments: every login and
 * every request on both servers, every row that is read of a user's table and every row of a bulk load, every commit
 * before and after it takes effect (those of single statements included), every command to Redis before and after it.
 * What nothing can tell apart is one moment: a pipeline of reads; in a pipeline, after a command and before the next;
 * a request to the catalog and its answer.
 */
export async function atEveryMoment<T>(
  servers: CrashServers,
  take: (moment: CrashMoment) => Promise<void> | void,
  work: () => Promise<T>,
): Promise<T> {
  const counts = new Map<string, number>();
  const label = (text: string): string => {
    const count = (counts.get(text) ?? 0) + 1;
    counts.set(text, count);
    return `${text} ${count}`;
  };
  const faults = (["primary", "replica"] as const).flatMap((side) =>
    sqlSteps.map((step): Fault => {
      const run = (moment: FaultMoment): void | Promise<void> => {
        const text = (moment.sql.at(-1) ?? "").replaceAll(/\s+/g, " ").slice(0, 80);
        if (step === "row" && !readsRows.test(moment.sql[0] ?? "")) return;
        const kind = `${side} ${step}`;
        return take({ label: label(`${kind} ${text}`), kind, ...sqlEnds(moment) });
      };
      return servers[side].emulator.faults.at({ step, app: "mssql_sync", times: Infinity }, { run });
    }),
  );
  servers.redis.onMoment = (moment) => {
    const read = moment.command === "GET" || moment.command === "HGETALL";
    const same = moment.step === "before" ? moment.pipelined : read;
    if (same) return;
    const kind = `redis ${moment.step}`;
    return take({ label: label(`${kind} ${moment.command} ${moment.key}`), kind, ...redisEnds(moment) });
  };
  try {
    return await work();
  } finally {
    for (const fault of faults) fault.release();
    servers.redis.onMoment = undefined;
  }
}

function sqlEnds(moment: FaultMoment): Pick<CrashMoment, "drop" | "gone"> {
  const gone = (): Promise<void> =>
    new Promise((resolve) => {
      if (moment.gone.aborted) resolve();
      else moment.gone.addEventListener("abort", () => resolve(), { once: true });
    });
  return {
    gone,
    drop: () => {
      moment.drop(moment.step === "row");
      return gone();
    },
  };
}

function redisEnds(moment: RedisMoment): Pick<CrashMoment, "drop" | "gone"> {
  const gone = (): Promise<void> => Promise.resolve();
  return {
    gone,
    drop: () => {
      moment.drop();
      return gone();
    },
  };
}
