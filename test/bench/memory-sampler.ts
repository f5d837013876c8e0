import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const everyMs = 200;

/** The resident memory of a process that may be replaced by another one meanwhile, looked at five times a second. */
export class MemorySampler {
  readonly #pid: () => number;
  readonly #timer: NodeJS.Timeout;
  /** MB, of the last look. */
  current = 0;
  /** MB, over all processes that were looked at. */
  peak = 0;

  constructor(pid: () => number) {
    this.#pid = pid;
    this.#timer = setInterval(() => this.#look(), everyMs);
  }

  stop(): void {
    this.#look();
    clearInterval(this.#timer);
  }

  #look(): void {
    const megabytes = residentMegabytes(this.#pid());
    if (megabytes === undefined) return;
    this.current = megabytes;
    this.peak = Math.max(this.peak, megabytes);
  }
}

/** Undefined where the process is gone. 1 MB is 1,000,000 bytes. */
export function residentMegabytes(pid: number): number | undefined {
  const kibibytes = process.platform === "linux" ? fromProc(pid) : fromPs(pid);
  return kibibytes === undefined ? undefined : Math.round((kibibytes * 1024) / 100_000) / 10;
}

function fromProc(pid: number): number | undefined {
  let status: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return undefined;
  }
  // A process that has just died keeps its entry for a moment, without memory.
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(status);
  return found === null ? undefined : Number(found[1]);
}

function fromPs(pid: number): number | undefined {
  try {
    const text = execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" }).trim();
    return text === "" ? undefined : Number(text);
  } catch {
    return undefined;
  }
}
