import { once } from "node:events";
import { join } from "node:path";
import type { CaseName } from "../bench-case.ts";
import { forkScript } from "../fork-script.ts";
import type { ServerPorts } from "../wire/start-server.ts";

/** Ways of a row that one process measures. */
export const copyPaths = ["relay", "driver-path", "driver-copy", "merge", "pipe"] as const;
export type CopyPath = (typeof copyPaths)[number];

export interface CopyOrder {
  readonly path: CopyPath;
  readonly caseName: CaseName;
  readonly rows: number;
  /** Of the case's rowset as the source sends it, on average. */
  readonly bytesPerRow: number;
  /** Copied before, not measured: a process that lives on has its code compiled. */
  readonly warmUpRows: number;
  readonly source: ServerPorts;
  readonly sink: ServerPorts;
}

/** What the copy of the ordered rows took, in the process that did it. */
export interface CopyResult {
  readonly seconds: number;
  /** User and system. */
  readonly cpuSeconds: number;
  /** Of the whole process, its start and the warm-up included. 1 MB is 1,000,000 bytes. */
  readonly peakRssMegabytes: number;
}

/** Does one copy in a process of its own. */
export async function measureCopy(order: CopyOrder): Promise<CopyResult> {
  const child = forkScript(join(import.meta.dirname, "copy-process.ts"), [JSON.stringify(order)]);
  const exited = once(child, "exit");
  const result = await Promise.race([once(child, "message"), exited.then(() => undefined)]);
  await exited;
  if (result === undefined) throw new Error(`copy ${order.rows} rows of ${order.caseName} by ${order.path}: see above`);
  return result[0] as CopyResult;
}
