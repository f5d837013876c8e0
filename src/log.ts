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

/** What a log line may not contain is replaced by `***` in the finished line, whatever field it came in. */
export type Redact = (text: string) => string;

export function createLog(write: (level: LogLevel, line: string) => void, redact: Redact, fields: LogFields = {}): Log {
  const at =
    (level: LogLevel) =>
    (event: string, more: LogFields = {}): void =>
      write(level, redact(JSON.stringify({ level, event, ...fields, ...more }, plainValue)));
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
 * Masks the secrets themselves, also where they stand percent-encoded or JSON-escaped, and whatever looks like a
 * credential in a URL or a connection string.
 */
export function redactor(secrets: readonly string[]): Redact {
  const forms = new Set<string>();
  for (const secret of secrets) {
    // A secret of one or two characters would blank out half of every line, and hides nothing by it.
    if (secret.length < 3) continue;
    for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) forms.add(form);
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

function plainValue(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Error) return describeError(value);
  if (value instanceof Map) return Object.fromEntries(value as Map<string, unknown>);
  return value;
}
