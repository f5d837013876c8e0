import { writeFile } from "node:fs/promises";
import { describeError } from "../../src/describe-error.ts";
import { startHistoryServers } from "./history-world.ts";
import { parseSoakArguments, type SoakArguments, soakUsage } from "./soak-arguments.ts";
import { type SoakResult, soak } from "./run-soak.ts";
import { failureText } from "./run-histories.ts";

/** `npm run soak`; see its --help. Exits 0 when all is well, 1 when a history went wrong, 2 on arguments that mean nothing. */
async function main(argv: readonly string[]): Promise<number> {
  let wanted: SoakArguments;
  try {
    wanted = parseSoakArguments(argv);
  } catch (error) {
    process.stderr.write(`${describeError(error)}\n`);
    return 2;
  }
  if (wanted.help) {
    process.stdout.write(`${soakUsage}\n`);
    return 0;
  }
  // Before the first history: what cannot be written is not found out at the end.
  if (wanted.json !== undefined) await writeFile(wanted.json, "");
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once("SIGINT", onSignal);
  process.once("SIGTERM", onSignal);
  const servers = await startHistoryServers();
  let result: SoakResult;
  try {
    result = await soak(servers, wanted, stop.signal, progressLine());
  } finally {
    await servers.close();
    process.removeListener("SIGINT", onSignal);
    process.removeListener("SIGTERM", onSignal);
  }
  const { failure, ...summary } = result;
  if (failure !== undefined) process.stdout.write(`\n${failureText(failure, wanted.steps)}\n`);
  process.stdout.write(`\n${summaryText(result, wanted)}\n`);
  if (wanted.json !== undefined) {
    const failed = failure && { seed: failure.seed, ...failure.problem, history: failure.history };
    await writeFile(
      wanted.json,
      `${JSON.stringify({ ...summary, arguments: wanted, failure: failed }, undefined, 2)}\n`,
    );
  }
  return failure === undefined ? 0 : 1;
}

/** One line that is written over on a terminal; elsewhere a line every 30 s. */
function progressLine(): (text: string) => void {
  let lastAt = Date.now();
  return (text) => {
    if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${text}`);
    else if (Date.now() - lastAt >= 30_000) {
      lastAt = Date.now();
      process.stdout.write(`${text}\n`);
    }
  };
}

function summaryText({ played, seconds, stopped, failure }: SoakResult, { histories, seed }: SoakArguments): string {
  const last = seed + Math.max(0, played - 1);
  const rate = seconds === 0 ? 0 : played / seconds;
  const ended = failure !== undefined ? `history ${failure.seed} went wrong` : stopped ? "stopped" : "all is well";
  return `${ended}: ${played} of ${histories} histories (seeds ${seed} to ${last}) in ${seconds.toFixed(1)} s, ${rate.toFixed(2)}/s`;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 1;
}
