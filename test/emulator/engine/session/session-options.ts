import type { WireIsolationLevel } from "../../tds/session-handler.ts";

export type IsolationLevel = Exclude<WireIsolationLevel, "unchanged">;

/** SET options. Each scope (procedure, sp_executesql, EXEC of a text, trigger) changes a copy that ends with it. */
export interface SessionOptions {
  nocount: boolean;
  xactAbort: boolean;
  ansiNulls: boolean;
  quotedIdentifier: boolean;
  ansiPadding: boolean;
  ansiWarnings: boolean;
  arithAbort: boolean;
  concatNullYieldsNull: boolean;
  numericRoundAbort: boolean;
  ansiNullDfltOn: boolean;
  cursorCloseOnCommit: boolean;
  implicitTransactions: boolean;
  /** ms; -1 waits for ever. */
  lockTimeout: number;
  isolation: IsolationLevel;
  deadlockPriority: number;
  /** 0: no limit. */
  rowCount: number;
  textSize: number;
  dateFirst: number;
  language: string;
  /** The table that takes explicit identity values: database and object id. */
  identityInsert: { readonly database: string; readonly objectId: number } | undefined;
}

/** What a connection begins with: the settings that ODBC, OLE DB, tedious and SqlClient ask for at login. */
export function defaultOptions(): SessionOptions {
  return {
    nocount: false,
    xactAbort: false,
    ansiNulls: true,
    quotedIdentifier: true,
    ansiPadding: true,
    ansiWarnings: true,
    arithAbort: false,
    concatNullYieldsNull: true,
    numericRoundAbort: false,
    ansiNullDfltOn: true,
    cursorCloseOnCommit: false,
    implicitTransactions: false,
    lockTimeout: -1,
    isolation: "read committed",
    deadlockPriority: 0,
    rowCount: 0,
    textSize: 2147483647,
    dateFirst: 7,
    language: "us_english",
    identityInsert: undefined,
  };
}

/** @@OPTIONS ("Configure the user options server configuration option"). */
export function optionBits(options: SessionOptions): number {
  const bits: readonly [boolean, number][] = [
    [options.implicitTransactions, 2],
    [options.cursorCloseOnCommit, 4],
    [options.ansiWarnings, 8],
    [options.ansiPadding, 16],
    [options.ansiNulls, 32],
    [options.arithAbort, 64],
    [options.quotedIdentifier, 256],
    [options.nocount, 512],
    [options.ansiNullDfltOn, 1024],
    [options.concatNullYieldsNull, 4096],
    [options.numericRoundAbort, 8192],
    [options.xactAbort, 16384],
  ];
  return bits.reduce((sum, [on, bit]) => sum + (on ? bit : 0), 0);
}
