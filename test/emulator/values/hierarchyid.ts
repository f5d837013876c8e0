// [MS-SSCLRT] 2.2 HIERARCHYID: a path of labels as bits, whose order as bytes is the order of the tree, depth first.
import { hierarchyidError } from "./clr-error.ts";
import { Unsupported } from "./sql-error.ts";

/** A node's labels from the root down; a label is the integers between two slashes. */
export type HierarchyPath = readonly (readonly bigint[])[];

/** The type's MaxByteSize. */
const MOST_BYTES = 892;

interface Range {
  readonly low: bigint;
  readonly high: bigint;
  /** 0 and 1 are fixed, x is a bit of the distance from `low`. The bit F that follows is not part of it. */
  readonly bits: string;
}

/**
 * [MS-SSCLRT] 3.2: the fields L and O of each range of integers. The fixed bits within O are its "anti-ambiguity" bits.
 */
const RANGES: readonly Range[] = [
  { low: -281479271682120n, high: -4294971465n, bits: `000100${"x".repeat(14)}0${"x".repeat(21)}0xxxxxx0xxx0x1xxx` },
  { low: -4294971464n, high: -4169n, bits: `000101${"x".repeat(19)}0xxxxxx0xxx0x1xxx` },
  { low: -4168n, high: -73n, bits: "000110xxxxx0xxx0x1xxx" },
  { low: -72n, high: -9n, bits: "0010xx0x1xxx" },
  { low: -8n, high: -1n, bits: "00111xxx" },
  { low: 0n, high: 3n, bits: "01xx" },
  { low: 4n, high: 7n, bits: "100xx" },
  { low: 8n, high: 15n, bits: "101xxx" },
  { low: 16n, high: 79n, bits: "110xx0x1xxx" },
  { low: 80n, high: 1103n, bits: "1110xxx0xxx0x1xxx" },
  { low: 1104n, high: 5199n, bits: "11110xxxxx0xxx0x1xxx" },
  { low: 5200n, high: 4294972495n, bits: `111110${"x".repeat(19)}0xxxxxx0xxx0x1xxx` },
  { low: 4294972496n, high: 281479271683151n, bits: `111111${"x".repeat(14)}0${"x".repeat(21)}0xxxxxx0xxx0x1xxx` },
];

/** The bits of one integer, F included; undefined: beyond what the encoding holds. */
function encodeInteger(value: bigint, last: boolean): string | undefined {
  // Before a dot the integer stands one higher, so that /1.1/ comes after /1/ with all that is below it.
  const stored = last ? value : value + 1n;
  const range = RANGES.find(({ low, high }) => stored >= low && stored <= high);
  if (range === undefined) return undefined;
  const width = range.bits.split("x").length - 1;
  const digits = (stored - range.low).toString(2).padStart(width, "0");
  let next = 0;
  return range.bits.replace(/x/g, () => digits[next++]!) + (last ? "1" : "0");
}

/** @returns the integer and where its bits end; undefined where no range fits */
function decodeInteger(bits: string, at: number): { value: bigint; last: boolean; end: number } | undefined {
  for (const { low, bits: pattern } of RANGES) {
    const end = at + pattern.length;
    if (end >= bits.length) continue;
    let digits = "0b";
    let fits = true;
    for (let index = 0; fits && index < pattern.length; index++) {
      const bit = bits[at + index]!;
      if (pattern[index] === "x") digits += bit;
      else fits = bit === pattern[index];
    }
    if (!fits) continue;
    const last = bits[end] === "1";
    return { value: low + BigInt(digits) - (last ? 0n : 1n), last, end: end + 1 };
  }
  return undefined;
}

/** @returns undefined where an integer is beyond the encoding. @throws Unsupported beyond 892 bytes */
export function hierarchyidBytes(path: HierarchyPath): Buffer | undefined {
  let bits = "";
  for (const label of path) {
    for (const [at, value] of label.entries()) {
      const encoded = encodeInteger(value, at === label.length - 1);
      if (encoded === undefined) return undefined;
      bits += encoded;
    }
  }
  const bytes = Buffer.alloc(Math.ceil(bits.length / 8));
  if (bytes.length > MOST_BYTES) throw new Unsupported(`a hierarchyid of ${bytes.length} bytes`);
  for (let at = 0; at < bytes.length; at++) {
    bytes[at] = Number.parseInt(bits.slice(at * 8, at * 8 + 8).padEnd(8, "0"), 2);
  }
  return bytes;
}

/** The path that the bytes hold. @throws SqlError 6522 where they are no hierarchyid */
export function hierarchyPath(bytes: Buffer): HierarchyPath {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
  const path: bigint[][] = [];
  let label: bigint[] = [];
  let at = 0;
  // Fewer than 8 bits, all of them 0, fill the last byte up.
  while (bits.length - at >= 8 || bits.includes("1", at)) {
    const found = decodeInteger(bits, at);
    if (found === undefined) throw invalidBytes();
    label.push(found.value);
    at = found.end;
    if (!found.last) continue;
    path.push(label);
    label = [];
  }
  if (label.length > 0 || bytes.length > MOST_BYTES) throw invalidBytes();
  return path;
}

function invalidBytes(): Error {
  return hierarchyidError(
    "24000: SqlHierarchyId operation failed because HierarchyId object was constructed from an invalid binary string.",
  );
}

/** `/1/-2.18/`: what ToString gives. */
export function hierarchyText(path: HierarchyPath): string {
  return `/${path.map((label) => `${label.join(".")}/`).join("")}`;
}

/** hierarchyid::Parse, and what a character string is converted by. @throws SqlError 6522 */
export function parseHierarchyid(text: string): Buffer {
  // No leading zeros ("hierarchyid data type method reference").
  const valid = /^\/(?:(?:0|-?[1-9]\d*)(?:\.(?:0|-?[1-9]\d*))*\/)*$/.test(text);
  const labels = text.split("/").slice(1, -1);
  const bytes = valid ? hierarchyidBytes(labels.map((label) => label.split(".").map(BigInt))) : undefined;
  if (bytes !== undefined) return bytes;
  throw hierarchyidError(
    `24001: SqlHierarchyId.Parse failed because the input string '${text}' is not a valid string representation of a SqlHierarchyId node.`,
  );
}
