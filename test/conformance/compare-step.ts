import type { ConformanceStep } from "./conformance-script.ts";

/** What a server answered to one batch. */
export interface StepOutcome {
  readonly resultSets: readonly (readonly (readonly unknown[])[])[];
  readonly errors: readonly { readonly number: number | undefined; readonly message: string }[];
  readonly messages: readonly string[];
}

/** @returns what is not as expected, one line each; empty when all is */
export function compareStep(step: ConformanceStep, outcome: StepOutcome): string[] {
  return [...compareErrors(step, outcome), ...compareRows(step, outcome), ...compareMessages(step, outcome)];
}

function compareErrors(step: ConformanceStep, outcome: StepOutcome): string[] {
  const seen = outcome.errors.map((error) => `${error.number ?? "?"} ${error.message}`);
  const wanted = step.errors.map((error) => `${error.number} ${error.text}`.trim());
  const same =
    outcome.errors.length === step.errors.length &&
    step.errors.every((error, at) => {
      const found = outcome.errors[at]!;
      return found.number === error.number && found.message.includes(error.text);
    });
  return same ? [] : [`errors ${show(seen)}, expected ${show(wanted)}`];
}

function compareRows(step: ConformanceStep, outcome: StepOutcome): string[] {
  if (step.resultSets === undefined) return [];
  const seen = outcome.resultSets.map((rows) => rows.map((row) => row.map(renderValue).join(" | ")));
  const problems: string[] = [];
  if (seen.length !== step.resultSets.length) {
    problems.push(`${seen.length} result sets, expected ${step.resultSets.length}: ${show(seen)}`);
  }
  step.resultSets.forEach((wanted, at) => {
    const rows = seen[at];
    if (rows === undefined) return;
    const [left, right] = step.anyOrder ? [rows.toSorted(), wanted.toSorted()] : [rows, wanted];
    if (left.join("\n") !== right.join("\n")) problems.push(`rows ${show(rows)}, expected ${show(wanted)}`);
  });
  return problems;
}

function compareMessages(step: ConformanceStep, outcome: StepOutcome): string[] {
  if (step.messages === undefined) return [];
  const same = step.messages.join("\n") === outcome.messages.join("\n");
  return same ? [] : [`messages ${show(outcome.messages)}, expected ${show(step.messages)}`];
}

/** Types that JavaScript cannot hold exactly are converted to text in the script itself. */
function renderValue(value: unknown): string {
  if (value === null || value === undefined) return "NULL";
  if (typeof value === "boolean") return value ? "1" : "0";
  if (Buffer.isBuffer(value)) return `0x${value.toString("hex").toUpperCase()}`;
  if (value instanceof Date) return value.toISOString();
  return typeof value === "string" ? value : JSON.stringify(value);
}

function show(value: unknown): string {
  return JSON.stringify(value);
}
