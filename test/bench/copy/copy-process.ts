import { relayTransport } from "../../../src/relay/relay-rows.ts";
import { driverTransport } from "../../../src/relay/driver-rows.ts";
import { peakResidentMegabytes } from "../resident-memory.ts";
import { caseNamed } from "../bench-case.ts";
import type { Copy, CopyEnds } from "./copy.ts";
import type { CopyOrder, CopyResult } from "./measure-copy.ts";
import { openDriverCopy } from "./driver-copy.ts";
import { openMergeCopy } from "./merge-copy.ts";
import { openPipeCopy } from "./pipe-copy.ts";
import { openTransportCopy } from "./transport-copy.ts";

/** Does one measurement and nothing else, so that what the process uses is what the copy uses. */
function open(order: CopyOrder): Promise<Copy> {
  const ends: CopyEnds = { ...order, benchCase: caseNamed(order.caseName) };
  switch (order.path) {
    case "relay":
      return openTransportCopy(relayTransport, "native", ends);
    case "driver-path":
      return openTransportCopy(driverTransport, "carried", ends);
    case "driver-copy":
      return openDriverCopy(ends);
    case "merge":
      return openMergeCopy(ends);
    case "pipe":
      return openPipeCopy(ends);
  }
}

async function copyAll(copy: Copy, rows: number): Promise<void> {
  const taken = await copy(rows);
  if (taken !== rows) throw new Error(`${taken} rows have arrived, not ${rows}`);
}

async function measure(order: CopyOrder): Promise<CopyResult> {
  const copy = await open(order);
  if (order.warmUpRows > 0) await copyAll(copy, order.warmUpRows);
  const usedBefore = process.cpuUsage();
  const startedAt = performance.now();
  await copyAll(copy, order.rows);
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(usedBefore);
  return { seconds, cpuSeconds: (user + system) / 1e6, peakRssMegabytes: peakResidentMegabytes() };
}

const result = await measure(JSON.parse(process.argv[2] ?? "") as CopyOrder);
process.send!(result, () => process.exit());
