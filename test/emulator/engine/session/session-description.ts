import type { Session } from "./session.ts";

const LEVELS = {
  "read uncommitted": 1,
  "read committed": 2,
  "repeatable read": 3,
  serializable: 4,
  snapshot: 5,
} as const;

/** Writes down what sys.dm_exec_sessions shows of a session. */
export function describeSession(session: Session): void {
  const { options, engine, login } = session;
  engine.server.sessions.set(session.spid, {
    spid: session.spid,
    loginTime: session.loginTime,
    hostName: login.hostName,
    programName: login.appName,
    loginName: session.principal.name,
    database: session.currentDatabase.name,
    databaseId: session.currentDatabase.databaseId,
    isolationLevel: LEVELS[options.isolation],
    status: session.running ? "running" : "sleeping",
    openTransactionCount: session.transactions.count,
    lockTimeout: options.lockTimeout,
    deadlockPriority: options.deadlockPriority,
    rowCount: session.rowCount,
    previousError: session.lastError,
    language: options.language,
    dateFormat: "mdy",
    dateFirst: options.dateFirst,
    textSize: options.textSize,
    quotedIdentifier: options.quotedIdentifier,
    arithAbort: options.arithAbort,
    ansiNullDefaultOn: options.ansiNullDfltOn,
    ansiDefaults: false,
    ansiWarnings: options.ansiWarnings,
    ansiPadding: options.ansiPadding,
    ansiNulls: options.ansiNulls,
    concatNullYieldsNull: options.concatNullYieldsNull,
    contextInfo: session.contextInfo,
    lastRequestStart: session.lastRequestStart,
    lastRequestEnd: session.lastRequestEnd,
    transactionId: session.transactions.current?.id,
  });
}
