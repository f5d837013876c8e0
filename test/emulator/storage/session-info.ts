/** What the server knows of a session; the engine keeps it up to date (sys.dm_exec_sessions). */
export interface SessionInfo {
  readonly spid: number;
  readonly loginTime: number;
  readonly hostName: string;
  readonly programName: string;
  readonly loginName: string;
  readonly database: string;
  readonly databaseId: number;
  /** 1 read uncommitted, 2 read committed, 3 repeatable read, 4 serializable, 5 snapshot. */
  readonly isolationLevel: 1 | 2 | 3 | 4 | 5;
  readonly status: "running" | "sleeping";
  readonly openTransactionCount: number;
  readonly lockTimeout: number;
  readonly deadlockPriority: number;
  readonly rowCount: bigint;
  readonly previousError: number;
  readonly language: string;
  readonly dateFormat: string;
  readonly dateFirst: number;
  readonly textSize: number;
  readonly quotedIdentifier: boolean;
  readonly arithAbort: boolean;
  readonly ansiNullDefaultOn: boolean;
  readonly ansiDefaults: boolean;
  readonly ansiWarnings: boolean;
  readonly ansiPadding: boolean;
  readonly ansiNulls: boolean;
  readonly concatNullYieldsNull: boolean;
  readonly contextInfo: Buffer | null;
  readonly lastRequestStart: number;
  readonly lastRequestEnd: number | undefined;
  /** The transaction that is open in the session, if any. */
  readonly transactionId: number | undefined;
}
