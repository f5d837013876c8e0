import { LockConflict, type LockMode, type LockOwner } from "../../storage/locks.ts";
import { sqlError } from "../../values/error-table.ts";
import { SqlError } from "../../values/sql-error.ts";
import type { Execution } from "../session/execution.ts";
import type { Step } from "../session/step.ts";
import { textArgument } from "./dynamic-sql.ts";
import type { CallArgument } from "./procedure-call.ts";
import { namedArguments, numberArgument } from "./system-procedures.ts";

/** sp_getapplock and sp_releaseapplock: locks on a name, of the transaction or of the session. */

const MODES: Readonly<Record<string, LockMode>> = {
  intentshared: "IS",
  intentexclusive: "IX",
  shared: "S",
  update: "U",
  exclusive: "X",
};

interface Wanted {
  readonly resource: string;
  readonly owner: LockOwner;
}

function wanted(args: ReadonlyMap<string, CallArgument>, execution: Execution, procedure: string): Wanted {
  const { session } = execution;
  const name = textArgument(args.get("@resource"));
  if (name === undefined) throw sqlError(201, procedure, "@Resource");
  const owner = (textArgument(args.get("@lockowner")) ?? "Transaction").toLowerCase();
  const principal = (textArgument(args.get("@dbprincipal")) ?? "public").toLowerCase();
  if (owner !== "transaction" && owner !== "session") throw sqlError(15600, procedure);
  if (owner === "transaction" && !session.transactions.explicit) throw sqlError(15600, procedure);
  // Names are compared byte by byte, whatever the collation; only 255 characters count.
  const resource = `applock:${session.currentDatabase.databaseId}:${principal}:${name.slice(0, 255)}`;
  return { resource, owner: owner === "session" ? session : session.transactions.current! };
}

/** @returns 0 granted, 1 granted after a wait, -1 time-out, -2 cancelled, -3 deadlock victim, -999 wrong argument */
export function* getAppLock(args: readonly CallArgument[], execution: Execution): Step<number> {
  const { session } = execution;
  const named = namedArguments(
    "sp_getapplock",
    ["@resource", "@lockmode", "@lockowner", "@locktimeout", "@dbprincipal"],
    args,
  );
  const mode = MODES[(textArgument(named.get("@lockmode")) ?? "").toLowerCase()];
  if (mode === undefined) throw sqlError(15600, "sp_getapplock");
  const { resource, owner } = wanted(named, execution, "sp_getapplock");
  const { locks } = session.engine.server;
  const timeout = numberArgument(named.get("@locktimeout")) ?? session.options.lockTimeout;
  let waited = false;
  for (;;) {
    try {
      locks.acquire(owner, resource, mode);
      return waited ? 1 : 0;
    } catch (error) {
      if (!(error instanceof LockConflict)) throw error;
      if (timeout === 0) return -1;
      waited = true;
      try {
        yield locks.wait(owner, error, { timeout, ...(session.signal ? { signal: session.signal } : {}) });
      } catch (failure) {
        if (failure instanceof SqlError && failure.number === 1222) return -1;
        if (failure instanceof SqlError && failure.number === 1205) return -3;
        throw failure;
      }
    }
  }
}

/** @throws SqlError 1223: it is not held */
// eslint-disable-next-line require-yield
export function* releaseAppLock(args: readonly CallArgument[], execution: Execution): Step<number> {
  const named = namedArguments("sp_releaseapplock", ["@resource", "@lockowner", "@dbprincipal"], args);
  const { resource, owner } = wanted(named, execution, "sp_releaseapplock");
  const { locks } = execution.session.engine.server;
  const held = locks.heldModes(owner, resource)[0];
  if (held === undefined) {
    throw sqlError(
      1223,
      textArgument(named.get("@dbprincipal")) ?? "public",
      textArgument(named.get("@resource")) ?? "",
    );
  }
  locks.release(owner, resource, held);
  return 0;
}
