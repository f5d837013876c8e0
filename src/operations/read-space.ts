import type { Database } from "../db/database.ts";
import type { Row } from "../db/session.ts";
import { doctorSpaceQuery } from "../sql/doctor-space-query.ts";
import type { FileSpace, SpaceFacts } from "./space-findings.ts";

const pageBytes = 8192;

/** In one round trip. */
export async function readSpace(database: Database): Promise<SpaceFacts> {
  const [limits, files] = await database.query(doctorSpaceQuery);
  const most = Number(limits?.[0]?.["max_bytes"] ?? 0);
  return { maxBytes: most > 0 ? most : null, files: (files ?? []).map(fileOf) };
}

function fileOf(row: Row): FileSpace {
  const pages = row["pages"] as number;
  const used = row["used_pages"];
  return {
    name: row["name"] as string,
    kind: row["type_desc"] === "LOG" ? "log" : "data",
    bytes: pages * pageBytes,
    maxBytes: maxBytes(pages, row["max_pages"] as number, row["growth"] as number),
    usedBytes: typeof used === "number" ? used * pageBytes : null,
  };
}

function maxBytes(pages: number, maxPages: number, growth: number): number | null {
  if (growth === 0 || maxPages === 0) return pages * pageBytes;
  return maxPages < 0 ? null : Math.max(pages, maxPages) * pageBytes;
}
