import { describeError } from "./describe-error.ts";
import { secretForms } from "./secret-forms.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes one JSON object a line: {level, event, ...fields}. Errors among the fields become text with their causes. */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** A log whose every line carries these fields as well. */
  with(fields: LogFields): Log;
}

/** What an invocation offers for logging (InvocationContext of @azure/functions). */
export interface InvocationLogger {
  debug(...args: unknown[]): void;
  info(...args: unknown[]): void;
  warn(...args: unknown[]): void;
  error(...args: unknown[]): void;
}

/** Replaces by `***` what no log line, answer or Redis value may contain. */
export type Redact = (text: string) => string;

export function createLog(write: (level: LogLevel, line: string) => void, redact: Redact, fields: LogFields = {}): Log {
  const at =
    (level: LogLevel) =>
    (event: string, more: LogFields = {}): void =>
      write(level, redactedJson({ level, event, ...fields, ...more }, redact));
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    with: (more) => createLog(write, redact, { ...fields, ...more }),
  };
}

/** Lines go with the invocation, so that the host keeps them under its id. */
export function invocationLog(context: InvocationLogger, redact: Redact): Log {
  return createLog((level, line) => context[level](line), redact);
}

/** For what happens outside of any invocation. */
export function consoleLog(redact: Redact): Log {
  return createLog((level, line) => console[level](line), redact);
}

/** Names of values that no log line shows, whoever the secret belongs to. */
const secretName =
  /\b(password|pwd|client[ _-]?secret|account[ _]?key|shared[ _]?access[ _]?key|access[ _]?key|access[ _]?token|api[_-]?key)/
    .source;

/** `name=value` up to the `;`, quotes doubled inside of quotes; `"name":"value"` of JSON. */
const namedSecret = new RegExp(
  String.raw`${secretName}(\s*=\s*)("(?:[^"]|"")*(?:"|$)|'(?:[^']|'')*(?:'|$)|[^;\s"'&][^;&\r\n]*)`,
  "gi",
);
const jsonSecret = new RegExp(String.raw`${secretName}("\s*:\s*)"(?:[^"\\]|\\.)*"`, "gi");

/**
 * Masks the secrets themselves, in all their spellings, and whatever looks like a credential: in a URL, in a connection
 * string, in JSON, a bearer's token. For texts, not for JSON: a quote may be part of what is masked.
 */
export function redactor(secrets: readonly string[]): Redact {
  // A secret of one or two characters would blank out half of every line, and hides nothing by it.
  const forms = new Set(secrets.flatMap(secretForms).filter((form) => form.length >= 3));
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const form of longestFirst) clean = clean.replaceAll(form, "***");
    return clean
      .replace(/(\b[a-z][a-z0-9+.-]*:\/\/)\S*@/gi, "$1***@")
      .replace(namedSecret, "$1$2***")
      .replace(jsonSecret, '$1$2"***"')
      .replace(/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, "***");
  };
}

/** Ends of lines that JSON leaves as they are, C1 controls, and signs that turn the direction of a text around. */
const treacherous = /[\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/**
 * JSON in which every text, at any depth, is redacted; versions become decimal text, errors text with their causes. One
 * line, whatever names and texts it holds.
 */
export function redactedJson(value: unknown, redact: Redact): string {
  const json = JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === "string") return redact(part);
    if (typeof part === "bigint") return part.toString();
    if (part instanceof Error) return redact(describeError(part));
    if (part instanceof Map) return Object.fromEntries(part as Map<string, unknown>);
    return part;
  });
  return json.replace(treacherous, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
