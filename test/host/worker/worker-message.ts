/** What the host and the worker process say to each other. It follows the RPC of the real host in names and meaning. */

/** The part of the host's RpcTypedData that is used here. Exactly one property is set. */
export interface TypedData {
  readonly string?: string;
  readonly json?: string;
  readonly bytes?: Uint8Array;
  readonly int?: number;
  readonly double?: number;
  readonly http?: HttpData;
}

/** A request on its way to a function, or the response on its way back. */
export interface HttpData {
  readonly method?: string;
  readonly url?: string;
  readonly statusCode?: string;
  readonly headers?: Record<string, string>;
  readonly query?: Record<string, string>;
  readonly params?: Record<string, string>;
  readonly cookies?: readonly HttpCookie[];
  readonly body?: TypedData | null;
}

export interface HttpCookie {
  readonly name?: string;
  readonly value?: string;
  readonly domain?: { readonly value?: string };
  readonly path?: { readonly value?: string };
  readonly expires?: { readonly value?: { readonly seconds?: number } };
  readonly secure?: { readonly value?: boolean };
  readonly httpOnly?: { readonly value?: boolean };
  readonly sameSite?: string;
  readonly maxAge?: { readonly value?: number };
}

export interface Binding {
  readonly type: string;
  readonly direction: "in" | "out";
  /** Timers: NCRONTAB, TimeSpan or `%SETTING%`. */
  readonly schedule?: string;
  readonly runOnStartup?: boolean;
  readonly useMonitor?: boolean;
  /** HTTP. */
  readonly route?: string;
  readonly methods?: readonly string[];
  readonly authLevel?: string;
}

export interface FunctionMetadata {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Binding>>;
}

export type LogLevel = "trace" | "debug" | "information" | "warning" | "error" | "critical";

/** One line of log, as the host shows it. */
export interface LogLine {
  readonly level: LogLevel;
  /** `Function.<name>.User` for what a handler logs, `Host.*` and `Worker.*` for the rest, `Console` for stdout and stderr. */
  readonly category: string;
  readonly message: string;
  readonly invocationId?: string;
}

export interface InvokeMessage {
  readonly kind: "invoke";
  readonly invocationId: string;
  readonly functionName: string;
  readonly bindingName: string;
  readonly data: TypedData;
}

export type ToWorker = InvokeMessage | { readonly kind: "terminate" };

export type FromWorker =
  | { readonly kind: "ready"; readonly functions: readonly FunctionMetadata[] }
  | { readonly kind: "log"; readonly line: LogLine }
  | { readonly kind: "done"; readonly invocationId: string; readonly returnValue?: TypedData }
  | { readonly kind: "failed"; readonly invocationId: string; readonly message: string; readonly stack: string };
