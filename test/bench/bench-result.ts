import { benchCases, type CaseName } from "./bench-case.ts";
import { type CopyPath, copyPaths } from "./copy/measure-copy.ts";

/** All ways of a row that are measured; `app` is the whole app between two emulators. */
export const pathNames = [...copyPaths, "app"] as const;
export type PathName = (typeof pathNames)[number];

/** One measurement. */
export interface Sample {
  readonly rows: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakRssMegabytes: number;
}

/** The medians of a path's samples, each figure for itself. 1 MB is 1,000,000 bytes. */
export interface BenchResult {
  readonly case: CaseName;
  readonly path: PathName;
  readonly rowsPerSecond: number;
  /** Of the rows as the source sends them in the table's own types, whatever the form in which a path carries them. */
  readonly megabytesPerSecond: number;
  readonly cpuSecondsPerMillionRows: number;
  readonly peakRssMegabytes: number;
}

/** The smaller of the two in the middle where their number is even. @throws RangeError for none */
export function median(values: readonly number[]): number {
  const middle = values.toSorted((a, b) => a - b)[(values.length - 1) >> 1];
  if (middle === undefined) throw new RangeError("the median of nothing");
  return middle;
}

/** Rounded to what the measurement can tell: four digits. */
export function benchResult(
  caseName: CaseName,
  path: PathName,
  bytesPerRow: number,
  samples: readonly Sample[],
): BenchResult {
  const rowsPerSecond = median(samples.map(({ rows, seconds }) => rows / seconds));
  const cpu = median(samples.map(({ rows, cpuSeconds }) => (cpuSeconds / rows) * 1e6));
  return {
    case: caseName,
    path,
    rowsPerSecond: Math.round(rowsPerSecond),
    megabytesPerSecond: fourDigits((rowsPerSecond * bytesPerRow) / 1e6),
    cpuSecondsPerMillionRows: fourDigits(cpu),
    peakRssMegabytes: fourDigits(median(samples.map(({ peakRssMegabytes }) => peakRssMegabytes))),
  };
}

/** By case, then by path, in the order of their lists. */
export function inOrder(results: readonly BenchResult[]): BenchResult[] {
  return benchCases.flatMap(({ name }) =>
    pathNames.flatMap((path) => results.filter((result) => result.case === name && result.path === path)),
  );
}

/** What `--json` writes. */
export function resultsText(results: readonly BenchResult[]): string {
  return `${JSON.stringify({ results }, null, 2)}\n`;
}

export function isCopyPath(path: PathName): path is CopyPath {
  return (copyPaths as readonly PathName[]).includes(path);
}

export function fourDigits(value: number): number {
  return Number(value.toPrecision(4));
}
