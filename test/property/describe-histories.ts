import { afterAll, beforeAll, describe, it } from "vitest";
import { type HistoryServers, startHistoryServers } from "./history-world.ts";
import { makeHistory } from "./make-history.ts";
import { playHistory } from "./play-history.ts";
import { failureText, shrinkFailure } from "./run-histories.ts";

/** How long a history that goes wrong is cut down, ms. */
const shrinkMs = 60_000;

/**
 * Tests of so many histories, from a seed on; even seeds are without snapshot isolation, odd ones with it.
 * `HISTORY_SEED=1234 npx vitest run test/property` plays that one alone.
 */
export function describeHistories(what: string, first: number, count: number): void {
  const fixed = process.env["HISTORY_SEED"];
  const all = Array.from({ length: count }, (_, at) => first + 2 * at);
  const seeds = fixed === undefined ? all : [Number(fixed)].filter((seed) => (seed - first) % 2 === 0);
  // The emulators' clocks and backups are part of it.
  const onEmulators = process.env["SQLSERVER_PRIMARY_URL"] === undefined;
  describe.skipIf(!onEmulators || seeds.length === 0)(what, () => {
    let servers: HistoryServers;
    beforeAll(async () => {
      servers = await startHistoryServers();
    });
    afterAll(() => servers.close());

    it.each(seeds)("history %i", { timeout: shrinkMs * 2 }, async (seed) => {
      const history = makeHistory(seed);
      const problem = await playHistory(servers, history);
      if (problem === undefined) return;
      throw new Error(failureText(await shrinkFailure(history, problem, { servers, mostMs: shrinkMs })));
    });
  });
}
