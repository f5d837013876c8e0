import { demoUsage, parseDemoArguments } from "./demo-arguments.ts";
import { runDemo } from "./run-demo.ts";
import { serve } from "./serve.ts";

/** The message of an error and of everything that caused it, one line each; a stack only for defects. */
function explain(error: unknown): string {
  const lines: string[] = [];
  for (let at: unknown = error; at !== undefined; at = at instanceof Error ? at.cause : undefined) {
    lines.push(`${"  ".repeat(lines.length)}${at instanceof Error ? at.message : JSON.stringify(at)}`);
  }
  return lines.join("\n");
}

async function main(): Promise<boolean> {
  const options = parseDemoArguments(process.argv.slice(2));
  if (options.help) {
    console.log(demoUsage);
    return true;
  }
  if (options.serve) {
    await serve();
    return true;
  }
  return runDemo(options);
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error(`\n${explain(error)}`);
  process.exitCode = 1;
}
