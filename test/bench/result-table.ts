import type { BenchResult } from "./bench-result.ts";

const heads = ["case", "path", "rows/s", "MB/s", "of the pipe", "CPU s / M rows", "peak RSS MB"] as const;

/** The results as a table for people, one line each; a case's lines stand together. */
export function resultTable(results: readonly BenchResult[]): string {
  const lines = results.map((result): string[] => [
    result.case,
    result.path,
    grouped(result.rowsPerSecond),
    result.megabytesPerSecond.toFixed(1),
    share(result, pipeOf(results, result)),
    result.cpuSecondsPerMillionRows.toFixed(2),
    result.peakRssMegabytes.toFixed(0),
  ]);
  const widths = heads.map((head, at) => Math.max(head.length, ...lines.map((line) => line[at]?.length ?? 0)));
  const text = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => (at < 2 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join("  ")
      .trimEnd();
  const printed = [text(heads), text(widths.map((width) => "-".repeat(width)))];
  lines.forEach((line, at) => {
    if (at > 0 && lines[at - 1]?.[0] !== line[0]) printed.push("");
    printed.push(text(line));
  });
  return printed.join("\n");
}

/** 1234567 as 1,234,567. */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

function pipeOf(results: readonly BenchResult[], { case: caseName }: BenchResult): BenchResult | undefined {
  return results.find((result) => result.case === caseName && result.path === "pipe");
}

function share(result: BenchResult, pipe: BenchResult | undefined): string {
  if (pipe === undefined) return "";
  const percent = (result.rowsPerSecond / pipe.rowsPerSecond) * 100;
  return `${percent.toFixed(percent < 10 ? 2 : 0)}%`;
}
