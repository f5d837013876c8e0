// [MS-TDS] 2.2.1.3 and 2.2.1.4: what SQL arrives, for a log. The observer must not change anything.
import type { RpcCall } from "./session-handler.ts";

export interface ObservedSession {
  readonly app: string;
  /** The database that the session is in at this moment. */
  readonly database: string;
}

export interface StatementObserver {
  batch(session: ObservedSession, text: string): void;
  rpc(session: ObservedSession, call: RpcCall): void;
}
