import { z } from "zod";
import type { ForceOrder, TableError, TableFlags } from "../model/table-flags.ts";
import type { Rebuilt } from "./redis-view.ts";
import { parseVersion } from "../model/version.ts";

/** The texts under our keys, read and written. A reader gives undefined for text that means nothing. */

export function parseEnabled(text: string): boolean | undefined {
  const word = text.toLowerCase();
  return word === "true" ? true : word === "false" ? false : undefined;
}

/** "false" is what an operator may leave instead of deleting the key: no order, and nothing wrong with it. */
export function parseForce(text: string): ForceOrder | "none" | undefined {
  const enabled = parseEnabled(text);
  if (enabled !== undefined) return enabled ? { kind: "ordered" } : "none";
  const loadId = parseVersion(text);
  return loadId === undefined ? undefined : { kind: "obeying", loadId };
}

const decimal = z.string().transform((text, context) => {
  const version = parseVersion(text);
  if (version !== undefined) return version;
  context.addIssue({ code: "custom", message: "no version" });
  return z.NEVER;
});

const published = z.object({ version: decimal, ledgerId: z.string().min(1) });

export function parsePublished(text: string): TableFlags["published"] {
  return published.safeParse(parseJson(text)).data;
}

export function publishedText(version: bigint, ledgerId: string): string {
  return JSON.stringify({ version: version.toString(), ledgerId });
}

/** For Lua: what `publishedText` writes. */
export const publishedPattern = '^{"version":"%d+","ledgerId":"[^"]+"}$';

const time = z.string().refine((text) => !Number.isNaN(Date.parse(text)));

const tableError = z.object({
  kind: z.enum(["blocked", "failed"]),
  what: z.string(),
  fix: z.string().optional(),
  sqlError: z.number().optional(),
  attempts: z.number().int().nonnegative(),
  at: time,
  retryAt: time,
});

export function parseTableError(text: string): TableError | undefined {
  return tableError.safeParse(parseJson(text)).data;
}

const rebuilt = z.object({ at: time, why: z.enum(["redis-lost", "replica-replaced"]) });

export function parseRebuilt(text: string): Rebuilt | undefined {
  return rebuilt.safeParse(parseJson(text)).data;
}

/** undefined, which is no JSON value, for text that is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
