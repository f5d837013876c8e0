import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** USER_HZ, which Linux has fixed for programs: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const ticksPerSecond = 100;

/** CPU seconds, user and system, that another process has used so far. @throws Error when it is gone */
export function processCpuSeconds(pid: number): number {
  try {
    return process.platform === "linux" ? fromProc(pid) : fromPs(pid);
  } catch (cause) {
    throw new Error(`read the CPU time of process ${pid}`, { cause });
  }
}

function fromProc(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // Behind the name, which may hold blanks: the state is field 3, utime 14, stime 15.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** [[dd-]hh:]mm:ss, with a fraction where the system has one. */
function fromPs(pid: number): number {
  const text = execFileSync("ps", ["-o", "time=", "-p", String(pid)], { encoding: "utf8" }).trim();
  const [clock = "", days = "0"] = text.split("-").reverse();
  return clock.split(":").reduce((sum, part) => sum * 60 + Number(part), 0) + Number(days) * 86_400;
}
