import { writeFileSync } from "node:fs";
import { describeError } from "../../src/describe-error.ts";
import { type BenchArguments, benchUsage, parseBenchArguments } from "./bench-arguments.ts";
import { resultsText } from "./bench-result.ts";
import { checkAims, checkClaims, claimText } from "./check-claims.ts";
import { resultTable } from "./result-table.ts";
import { runBench } from "./run-bench.ts";

async function main(): Promise<number> {
  let options: BenchArguments;
  try {
    options = parseBenchArguments(process.argv.slice(2));
  } catch (error) {
    console.error((error as Error).message);
    return 2;
  }
  if (options.help) {
    console.log(benchUsage);
    return 0;
  }
  try {
    const { results, extra, notes } = await runBench(options, (line) => console.error(line));
    if (options.json !== undefined) writeFileSync(options.json, resultsText(results));
    console.log(resultTable(results));
    for (const note of notes) console.log(`\n${note}`);
    console.log("\nClaims, for 6 narrow columns:");
    for (const claim of checkClaims(results, extra)) console.log(`  ${claimText(claim)}`);
    console.log("Aims of the relay beyond them:");
    for (const aim of checkAims(results)) console.log(`  ${claimText(aim)}`);
    return 0;
  } catch (error) {
    console.error(`\nthe bench failed: ${describeError(error)}`);
    return 1;
  }
}

process.exitCode = await main();
