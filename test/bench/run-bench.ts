import { measureChanges } from "./app/measure-changes.ts";
import { type LoadSample, measureLoad } from "./app/measure-load.ts";
import type { BenchArguments } from "./bench-arguments.ts";
import { type BenchCase, type CaseName, caseNamed } from "./bench-case.ts";
import {
  type BenchResult,
  type PathName,
  type Sample,
  benchResult,
  fourDigits,
  inOrder,
  isCopyPath,
  median,
} from "./bench-result.ts";
import { changedRows, type ExtraFigures, fewRows, manyRows } from "./check-claims.ts";
import { type CopyPath, measureCopy } from "./copy/measure-copy.ts";
import { grouped } from "./result-table.ts";
import { sharedRows, warmUpRows } from "./row-share.ts";
import { RowStream } from "./wire/row-stream.ts";
import { type ServerPorts, startServer } from "./wire/start-server.ts";
import { wireColumns } from "./wire/wire-form.ts";

export interface BenchRun {
  readonly results: readonly BenchResult[];
  readonly extra: ExtraFigures;
  /** What the table does not say of its figures. */
  readonly notes: readonly string[];
}

interface Servers {
  readonly source: ServerPorts;
  readonly sink: ServerPorts;
}

type Report = (line: string) => void;

/** One figure that is measured in each round. */
interface Series {
  readonly caseName: CaseName;
  readonly path: PathName;
  readonly bytesPerRow: number;
  readonly samples: Sample[];
}

/** Measures everything once a round, one after the other, so that a slow moment of the machine does not hit one path alone. */
export async function runBench(options: BenchArguments, report: Report): Promise<BenchRun> {
  const source = await startServer("source");
  const sink = await startServer("sink");
  try {
    const series = options.cases.flatMap((caseName) => seriesOf(caseName, options));
    const loads: LoadSample[] = [];
    const growth: number[] = [];
    const measured = new Set(series.map(({ caseName, path }) => `${caseName} ${path}`));
    for (let round = 1; round <= options.rounds; round++) {
      report(`round ${round} of ${options.rounds}`);
      for (const each of series) {
        const sample = await measure(each, options, { source, sink });
        each.samples.push(sample);
        if (isLoad(sample)) loads.push(sample);
        report(`  ${each.caseName} ${each.path}: ${grouped(sample.rows / sample.seconds)} rows/s`);
      }
      if (measured.has("narrow relay")) growth.push(await measureGrowth({ source, sink }, report));
    }
    const changes = measured.has("narrow app")
      ? await measureChanges(caseNamed("narrow"), changedRows, source)
      : undefined;
    const results = series.map((each) => benchResult(each.caseName, each.path, each.bytesPerRow, each.samples));
    return {
      results: inOrder(results),
      extra: {
        ...(growth.length > 0 && { relayGrowthMegabytes: median(growth) }),
        ...(changes !== undefined && { changes }),
      },
      notes: notes(options, series, loads),
    };
  } finally {
    await Promise.all([source.close(), sink.close()]);
  }
}

/** The app is measured with narrow rows only. */
function seriesOf(caseName: CaseName, { paths }: BenchArguments): Series[] {
  const { bytesPerRow } = new RowStream(wireColumns(caseNamed(caseName), "native"));
  return paths
    .filter((path) => path !== "app" || caseName === "narrow")
    .map((path) => ({ caseName, path, bytesPerRow, samples: [] }));
}

async function measure(
  { caseName, path, bytesPerRow }: Series,
  options: BenchArguments,
  servers: Servers,
): Promise<Sample> {
  const rows = sharedRows(options.rows, caseName, path);
  const benchCase: BenchCase = caseNamed(caseName);
  if (!isCopyPath(path)) return measureLoad(benchCase, rows, servers.source);
  return copy(path, caseName, rows, bytesPerRow, warmUpRows(rows), servers);
}

async function copy(
  path: CopyPath,
  caseName: CaseName,
  rows: number,
  bytesPerRow: number,
  warmUp: number,
  { source, sink }: Servers,
): Promise<Sample> {
  const result = await measureCopy({ path, caseName, rows, bytesPerRow, warmUpRows: warmUp, source, sink });
  return { rows, ...result };
}

/** Of the relay's peak memory, from few rows to many; each in a process of its own that copies nothing else. */
async function measureGrowth(servers: Servers, report: Report): Promise<number> {
  const few = await copy("relay", "narrow", fewRows, 0, 0, servers);
  const many = await copy("relay", "narrow", manyRows, 0, 0, servers);
  const growth = many.peakRssMegabytes - few.peakRssMegabytes;
  report(`  relay of ${grouped(manyRows)} rows: ${fourDigits(growth)} MB more than of ${grouped(fewRows)}`);
  return growth;
}

function isLoad(sample: Sample): sample is LoadSample {
  return "secondsInSteps" in sample;
}

function notes({ rounds }: BenchArguments, series: readonly Series[], loads: readonly LoadSample[]): string[] {
  const notes = [
    `Medians of ${rounds} round${rounds === 1 ? "" : "s"}, interleaved; one process for each measurement, without TLS but in the app. MB/s counts the
bytes of the rows as the source sends them: ${[...new Map(series.map((each) => [each.caseName, each.bytesPerRow]))]
      .map(([name, bytes]) => `${name} ${fourDigits(bytes)}`)
      .join(", ")} a row.`,
  ];
  if (series.some(({ path, caseName }) => path === "merge" && (caseName === "mixed" || caseName === "wide"))) {
    notes.push(
      `merge: a request of several packets also waits for the acknowledgement of its first (about 40 ms on Linux), since the driver
leaves Nagle's algorithm on.`,
    );
  }
  if (loads.length > 0) {
    const inSteps = median(loads.map(({ rows, secondsInSteps }) => rows / secondsInSteps));
    notes.push(
      `app: ${grouped(loads[0]?.rows ?? 0)} rows from enabling the table to its being live, waits for the timer and the emulators' work included; while
rows are moved ${grouped(inSteps)} rows/s.`,
    );
  }
  return notes;
}
