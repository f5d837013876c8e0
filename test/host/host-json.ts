import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What this host obeys of host.json. */
export interface HostJson {
  /** Without slashes; "" where routes have no prefix. */
  readonly routePrefix: string;
  readonly functionTimeoutMs: number;
}

/** @throws where host.json is missing, is no JSON, or has a functionTimeout that is no TimeSpan */
export function readHostJson(appFolder: string): HostJson {
  const file = join(appFolder, "host.json");
  if (!existsSync(file)) throw new Error(`${file} is missing: the folder is no function app`);
  const json = JSON.parse(readFileSync(file, "utf8")) as {
    functionTimeout?: string;
    extensions?: { http?: { routePrefix?: string } };
  };
  const timeout = json.functionTimeout ?? "00:30:00";
  const functionTimeoutMs = timeSpanMs(timeout);
  if (functionTimeoutMs === undefined) throw new Error(`host.json: functionTimeout "${timeout}" is no TimeSpan`);
  return {
    routePrefix: (json.extensions?.http?.routePrefix ?? "api").replace(/^\/+|\/+$/g, ""),
    functionTimeoutMs,
  };
}

/** Milliseconds of a .NET TimeSpan `[d.]hh:mm:ss[.fffffff]`; undefined for anything else. */
export function timeSpanMs(text: string): number | undefined {
  const match = /^(?:(\d+)\.)?(\d{1,2}):([0-5]?\d):([0-5]?\d)(?:\.(\d{1,7}))?$/.exec(text);
  if (match === null || Number(match[2]) > 23) return undefined;
  const [days, hours, minutes, seconds] = match.slice(1, 5).map((part) => Number(part ?? 0));
  const total = (((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0);
  return total * 1000 + Math.floor(Number((match[5] ?? "").padEnd(7, "0")) / 10_000);
}
