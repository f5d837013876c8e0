import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Of a process; undefined where it is gone. 1 MB is 1,000,000 bytes. */
export function residentMegabytes(pid: number): number | undefined {
  return megabytes(process.platform === "linux" ? fromProc(String(pid), "VmRSS") : fromPs(pid));
}

/**
 * The most that this process has had. Not by getrusage on Linux: that figure begins with what the parent had at the fork.
 * https://man7.org/linux/man-pages/man2/getrusage.2.html
 */
export function peakResidentMegabytes(): number {
  const peak = process.platform === "linux" ? fromProc("self", "VmHWM") : undefined;
  return megabytes(peak ?? process.resourceUsage().maxRSS) ?? 0;
}

function megabytes(kibibytes: number | undefined): number | undefined {
  return kibibytes === undefined ? undefined : Math.round((kibibytes * 1024) / 100_000) / 10;
}

function fromProc(pid: string, field: "VmRSS" | "VmHWM"): number | undefined {
  let status: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return undefined;
  }
  // A process that has just died keeps its entry for a moment, without memory.
  const found = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status);
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
