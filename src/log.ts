import { describeError } from "./describe-error.ts";

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

/**
 * Masks the secrets themselves, also where they stand percent-encoded, and whatever looks like a credential in a URL or
 * a connection string. For texts, not for JSON: a quote may be part of what is masked.
 */
export function redactor(secrets: readonly string[]): Redact {
  const forms = new Set<string>();
  for (const secret of secrets) {
    // A secret of one or two characters would blank out half of every line, and hides nothing by it.
    if (secret.length < 3) continue;
    for (const form of [secret, encodeURIComponent(secret)]) forms.add(form);
  }
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const form of longestFirst) clean = clean.replaceAll(form, "***");
    return clean
      .replace(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@"']*@/gi, "$1***@")
      .replace(
        /\b(password|pwd|client ?secret|accountkey|sharedaccesskey)(\s*=\s*)("[^"]*"|'[^']*'|[^;\s"'&]+)/gi,
        "$1$2***",
      );
  };
}

/** JSON in which every text, at any depth, is redacted; versions become decimal text, errors text with their causes. */
export function redactedJson(value: unknown, redact: Redact): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === "string") return redact(part);
    if (typeof part === "bigint") return part.toString();
    if (part instanceof Error) return redact(describeError(part));
    if (part instanceof Map) return Object.fromEntries(part as Map<string, unknown>);
    return part;
  });
}
