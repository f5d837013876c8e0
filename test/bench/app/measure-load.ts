import { until } from "../../demo/until.ts";
import type { BenchCase } from "../bench-case.ts";
import type { Sample } from "../bench-result.ts";
import { processCpuSeconds } from "../process-cpu.ts";
import type { ServerPorts } from "../wire/start-server.ts";
import { explained, startAppBench } from "./app-bench.ts";
import { MemorySampler } from "./memory-sampler.ts";

/** A full load, from the moment the table is enabled: the waits for the timer are part of it. */
export interface LoadSample extends Sample {
  /** While rows were moved. */
  readonly secondsInSteps: number;
}

/** CPU and memory are those of the process that runs the app. */
export async function measureLoad(benchCase: BenchCase, rows: number, source: ServerPorts): Promise<LoadSample> {
  const bench = await startAppBench(benchCase, rows, source);
  const memory = new MemorySampler(() => bench.host.pid);
  try {
    const usedBefore = processCpuSeconds(bench.host.pid);
    const startedAt = performance.now();
    await bench.load();
    const seconds = (performance.now() - startedAt) / 1000;
    const cpuSeconds = processCpuSeconds(bench.host.pid) - usedBefore;
    const secondsInSteps = await until("the last chunk is in the log", () => {
      const chunks = bench.log.steps.filter(({ chunkRows }) => chunkRows > 0);
      const moved = chunks.reduce((sum, { chunkRows }) => sum + chunkRows, 0);
      return Promise.resolve(moved >= rows && chunks.reduce((sum, { ms }) => sum + ms, 0) / 1000);
    });
    memory.stop();
    return { rows, seconds, cpuSeconds, peakRssMegabytes: memory.peak, secondsInSteps };
  } catch (cause) {
    throw explained(cause, bench.log);
  } finally {
    memory.stop();
    await bench.close();
  }
}
