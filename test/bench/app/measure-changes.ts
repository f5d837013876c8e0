import { until } from "../../demo/until.ts";
import type { BenchCase } from "../bench-case.ts";
import type { ChangesFigures } from "../check-claims.ts";
import type { ServerPorts } from "../wire/start-server.ts";
import { benchTable, explained, startAppBench } from "./app-bench.ts";

/** Every row of a table of narrow rows is changed while it is paused: one in a hundred deleted, all others updated. */
export async function measureChanges(benchCase: BenchCase, rows: number, source: ServerPorts): Promise<ChangesFigures> {
  const bench = await startAppBench(benchCase, rows, source);
  const { log, operator, primary, patienceSeconds } = bench;
  try {
    await bench.load();
    await operator.call("POST", `/api/tables/${benchTable}/disable`);
    await primary.request().query(`DELETE dbo.${benchTable} WHERE OrderId % 100 = 0;
UPDATE dbo.${benchTable} SET Status = 9, Code = CONCAT('changed-', OrderId);`);
    await operator.call("POST", `/api/tables/${benchTable}/enable`);
    return await until(
      `${rows} changes are applied`,
      () => {
        const steps = log.steps.filter(({ changes }) => changes > 0);
        const changes = steps.reduce((sum, step) => sum + step.changes, 0);
        const ticks = [...new Set(steps.map(({ tick }) => tick))];
        const ms = ticks.map((tick) => log.tickMs[tick]);
        if (changes < rows || ms.includes(undefined)) return Promise.resolve(false);
        return Promise.resolve({
          changes,
          ticks: ticks.length,
          seconds: ms.reduce((sum: number, each) => sum + (each ?? 0), 0) / 1000,
        });
      },
      { seconds: patienceSeconds },
    );
  } catch (cause) {
    throw explained(cause, log);
  } finally {
    await bench.close();
  }
}
