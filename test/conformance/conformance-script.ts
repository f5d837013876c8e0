/**
 * A conformance script: T-SQL batches separated by GO lines, each with what Microsoft's documentation says comes out of it.
 *
 *     -- expect: 1 | abc | NULL          a row, values separated by ` | `; rows in order
 *     -- expect no rows                  an empty result set
 *     -- expect next                     the rows that follow belong to the next result set
 *     -- expect error: 2627              the batch raises it (in this order, when there are several); a text after the number must be part of its text
 *     -- expect message: text            PRINT or RAISERROR below 11, in order
 *     -- expect any order                rows are compared without regard to their order
 *     -- session: b                      the batch runs on that connection instead of the first
 *
 * A batch that expects no result set may return any; one that expects no error must raise none.
 */
export interface ConformanceStep {
  /** Line of the batch's first line in the file, from 1. */
  readonly line: number;
  readonly sql: string;
  /** "" is the first connection. */
  readonly session: string;
  /** Undefined: whatever comes. */
  readonly resultSets: readonly (readonly string[])[] | undefined;
  readonly anyOrder: boolean;
  readonly errors: readonly ExpectedError[];
  /** Undefined: whatever comes. */
  readonly messages: readonly string[] | undefined;
}

export interface ExpectedError {
  readonly number: number;
  readonly text: string;
}

export interface ConformanceScript {
  /** The pages that say so. At least one. */
  readonly sources: readonly string[];
  readonly steps: readonly ConformanceStep[];
}

/** @throws Error for a script without a source, or with an expectation that is not understood */
export function parseConformanceScript(name: string, text: string): ConformanceScript {
  const sources = [...text.matchAll(/^-- source: (https:\/\/learn\.microsoft\.com\/\S+)\s*$/gim)].map(
    (match) => match[1]!,
  );
  if (sources.length === 0) throw new Error(`${name} names no page of the documentation (-- source: https://...)`);
  const steps: ConformanceStep[] = [];
  let batch: string[] = [];
  let start = 1;
  const lines = [...text.split(/\r?\n/), "GO"];
  lines.forEach((line, index) => {
    if (!/^\s*GO\s*$/i.test(line)) {
      batch.push(line);
      return;
    }
    if (batch.some((each) => each.trim() !== "" && !each.trim().startsWith("--")))
      steps.push(parseStep(name, batch, start));
    batch = [];
    start = index + 2;
  });
  return { sources, steps };
}

function parseStep(name: string, lines: readonly string[], line: number): ConformanceStep {
  let session = "";
  let resultSets: string[][] | undefined;
  let messages: string[] | undefined;
  let anyOrder = false;
  const errors: ExpectedError[] = [];
  lines.forEach((each, index) => {
    const comment = /^\s*-- (expect.*|session:.*)$/.exec(each)?.[1]?.trimEnd();
    if (comment === undefined) return;
    const [, word = "", rest = ""] =
      /^(expect error:|expect message:|expect:|session:|[a-z ]+$)\s?(.*)$/.exec(comment) ?? [];
    switch (word) {
      case "expect:":
        (resultSets ??= [[]]).at(-1)!.push(rest);
        break;
      case "expect no rows":
        resultSets ??= [[]];
        break;
      case "expect next":
        (resultSets ??= [[]]).push([]);
        break;
      case "expect any order":
        anyOrder = true;
        break;
      case "expect error:": {
        const [number = "", ...words] = rest.split(" ");
        errors.push({ number: Number(number), text: words.join(" ") });
        break;
      }
      case "expect message:":
        (messages ??= []).push(rest);
        break;
      case "session:":
        session = rest;
        break;
      default:
        throw new Error(`${name}:${line + index}: not an expectation: ${each}`);
    }
  });
  return { line, sql: lines.join("\n"), session, resultSets, anyOrder, errors, messages };
}
