import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/**
 * Starts the file in which the emulators write every distinct statement that reaches them, so that what the product
 * sends can be checked against real parsers and catalogs afterwards. Each test process appends to the same file.
 */
export default function setup(): void {
  const folder = join(import.meta.dirname, "../../test-results");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "statements.jsonl");
  rmSync(file, { force: true });
  process.env["EMULATOR_STATEMENT_LOG"] = file;
}
