import { describe, expect, it } from "vitest";
import {
  hierarchyidBytes,
  hierarchyPath,
  hierarchyText,
  parseHierarchyid,
} from "../../../emulator/values/hierarchyid.ts";
import { Unsupported } from "../../../emulator/values/sql-error.ts";

const hex = (text: string): string => parseHierarchyid(text).toString("hex");
const text = (bytes: string): string => hierarchyText(hierarchyPath(Buffer.from(bytes, "hex")));

/** The first two are [MS-SSCLRT] 4.2's examples, the others what SQL Server 2025 gives: both ends of every range. */
const known: [path: string, bytes: string][] = [
  ["/1/", "58"],
  ["/1/-2.18/", "59fb0540"],
  ["/", ""],
  ["/0/", "48"],
  ["/2/", "68"],
  ["/3/", "78"],
  ["/1/1/", "5ac0"],
  ["/1.1/", "62c0"],
  ["/98/", "e02540"],
  ["/4/", "84"],
  ["/7/", "9c"],
  ["/8/", "a2"],
  ["/15/", "be"],
  ["/16/", "c110"],
  ["/79/", "dbf0"],
  ["/80/", "e00440"],
  ["/1103/", "eeefc0"],
  ["/1104/", "f00088"],
  ["/5199/", "f7ddf8"],
  ["/5200/", "f80000000220"],
  ["/4294972495/", "fbffffbf77e0"],
  ["/4294972496/", "fc00000000000110"],
  ["/281479271683151/", "fffff7ffffdfbbf0"],
  ["/-1/", "3f80"],
  ["/-8/", "3880"],
  ["/-9/", "2df8"],
  ["/-72/", "2088"],
  ["/-73/", "1beefc"],
  ["/-4168/", "180044"],
  ["/-4169/", "17ffffbf77e0"],
  ["/-4294971464/", "140000000220"],
  ["/-4294971465/", "13fff7ffffdfbbf0"],
  ["/-281479271682120/", "1000000000000110"],
  ["/-1.5/7/", "447380"],
  ["/79.80/1103/", "e00438011eeefc"],
  ["/281479271683150.0/", "fffff7ffffdfbbe480"],
];

describe("hierarchyid", () => {
  it.each(known)("%s is 0x%s", (path, bytes) => {
    expect(hex(path)).toBe(bytes);
    expect(text(bytes)).toBe(path);
  });

  const edges = [
    [-281479271682120n, -4294971465n],
    [-4294971464n, -4169n],
    [-4168n, -73n],
    [-72n, -9n],
    [-8n, -1n],
    [0n, 3n],
    [4n, 7n],
    [8n, 15n],
    [16n, 79n],
    [80n, 1103n],
    [1104n, 5199n],
    [5200n, 4294972495n],
    [4294972496n, 281479271683151n],
  ] as const;

  it("keeps every label, alone and before a dot", () => {
    for (const [low, high] of edges) {
      for (const value of [low, low + 1n, (low + high) / 2n, high - 1n, high]) {
        const paths = [`/${value}/`, `/1/${value}/5/`, `/0.${value}/`];
        if (value < 281479271683151n) paths.push(`/${value}.${value}/`);
        for (const path of paths) expect(hierarchyText(hierarchyPath(parseHierarchyid(path)))).toBe(path);
      }
    }
  });

  it("orders bytes as the tree is ordered, depth first", () => {
    const numbers = edges.flatMap(([low, high]) => [low, high]);
    const labels = numbers.flatMap((value) => {
      const own = `${value}`;
      // What is between a label and the next: its children, then its siblings with dots.
      return value === 281479271683151n
        ? [`/${own}/`]
        : [`/${own}/`, `/${own}/-3/`, `/${own}/7/`, `/${own}.-1/`, `/${own}.1/`];
    });
    const ordered = ["/", ...labels].map(parseHierarchyid);
    for (let at = 1; at < ordered.length; at++) expect(ordered[at - 1]!.compare(ordered[at]!)).toBe(-1);
  });

  it.each([
    "",
    "1/",
    "/1",
    "//",
    "/a/",
    "/01/",
    "/-0/",
    "/1./",
    "/1..2/",
    "/ 1/",
    "/+1/",
    "/281479271683152/",
    "/281479271683151.0/",
    "/-281479271682121/",
  ])("refuses the text %j", (path) => {
    expect(() => parseHierarchyid(path)).toThrow(expect.objectContaining({ number: 6522 }));
  });

  it.each([
    ["no label begins so", "00"],
    ["a label that is cut off", "ff"],
    ["a byte of zeros too many", "5800"],
    ["the last number has a dot behind it", "60"],
    ["a wrong fixed bit", "c800"],
  ])("refuses bytes: %s", (_, bytes) => {
    expect(() => text(bytes)).toThrow(expect.objectContaining({ number: 6522 }));
  });

  it("is refused beyond 892 bytes", () => {
    const deep = Array.from({ length: 1427 }, () => [0n]);
    expect(hierarchyidBytes(deep)).toHaveLength(892);
    expect(() => hierarchyidBytes([...deep, [0n]])).toThrow(Unsupported);
  });
});
