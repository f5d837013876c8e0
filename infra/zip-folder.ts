import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { zipSync, type Zippable } from "fflate";

/** Unix. */
const os = 3;
/** A regular file that everybody may read, in the upper half as Unix systems keep it. */
const attrs = 0o100644 << 16;

/**
 * A zip of a folder's files. The same names and contents give the same bytes: entries are sorted, the time of each is
 * the first that the format knows, owners and rights of the disk are left out.
 */
export function zipFolder(folder: string): Uint8Array {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
  // Of the clock on the wall: a zip has no time zone.
  const mtime = new Date(1980, 0, 1);
  const entries: Zippable = {};
  for (const file of files) entries[file] = [readFileSync(join(folder, file)), { level: 9, mtime, os, attrs }];
  return zipSync(entries);
}
