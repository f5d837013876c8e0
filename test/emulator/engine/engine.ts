import type { EmulatorClock } from "../storage/emulator-clock.ts";
import type { Database } from "../storage/database.ts";
import { Server, type ServerPrincipal } from "../storage/server.ts";
import type { Login, SessionFactory, SessionHandler, SessionHooks } from "../tds/session-handler.ts";
import type { Batch } from "../tsql/ast.ts";
import { parseBatch } from "../tsql/parse-batch.ts";
import { sqlError } from "../values/error-table.ts";
import type { Compiled } from "./expressions/compiled.ts";
import type { ExpressionEnv, RowPlan } from "./expressions/expression-env.ts";
import { describePlan } from "./procedures/describe-result-set.ts";
import { Session } from "./session/session.ts";

export interface EngineOptions {
  readonly clock: EmulatorClock;
  /** Of the login sa. */
  readonly password: string;
  /** Databases that are there from the start, besides the system's. */
  readonly databases?: readonly string[];
}

/** Texts whose syntax trees are kept. */
const MOST_BATCHES = 500;

/** One server: databases, logins and sessions; what all sessions share. */
export class Engine implements SessionFactory {
  readonly clock: EmulatorClock;
  readonly server: Server;
  readonly sessions = new Map<number, Session>();
  /** SHUTDOWN: nobody gets in any more (6005). */
  shuttingDown = false;
  /** Rises with every change of metadata: compiled statements of before are void. */
  schemaVersion = 0;
  readonly #batches = new Map<string, Batch>();
  #lastSpid = 50;
  #sequentialIds = 0;
  #temporaryNumber = 0;

  constructor(options: EngineOptions) {
    this.clock = options.clock;
    this.server = new Server({ clock: options.clock, saPassword: options.password });
    for (const name of options.databases ?? []) this.server.createDatabase(name);
  }

  /** @throws SqlError 18456, 18470, 4060, 6005 */
  openSession(login: Login, hooks: SessionHooks): SessionHandler {
    if (this.shuttingDown) throw sqlError(6005);
    const principal = this.server.findLogin(login.user);
    if (principal?.password === undefined || principal.password !== login.password) throw sqlError(18456, login.user);
    if (principal.disabled) throw sqlError(18470, login.user);
    const name = login.database === "" ? principal.defaultDatabase : login.database;
    const database = this.server.findDatabase(name);
    if (!database?.isOpen) throw sqlError(4060, name);
    if (!mayEnter(principal, database)) throw sqlError(4060, name);
    do this.#lastSpid = this.#lastSpid >= 32000 ? 51 : this.#lastSpid + 1;
    while (this.sessions.has(this.#lastSpid));
    const session = new Session(this, this.#lastSpid, login, principal, database, hooks);
    this.sessions.set(session.spid, session);
    return session;
  }

  /** The syntax tree of a batch; the same text gives the same tree. @throws SqlError of the parser; Unsupported */
  parse(text: string, quotedIdentifier: boolean): Batch {
    const key = `${quotedIdentifier ? "q" : "s"}${text}`;
    const known = this.#batches.get(key);
    if (known) {
      this.#batches.delete(key);
      this.#batches.set(key, known);
      return known;
    }
    const batch = parseBatch(text, { quotedIdentifier });
    this.#batches.set(key, batch);
    if (this.#batches.size > MOST_BATCHES) this.#batches.delete(this.#batches.keys().next().value!);
    return batch;
  }

  metadataChanged(): void {
    this.schemaVersion++;
  }

  /** For the names of #temp tables. */
  nextTemporaryNumber(): number {
    return ++this.#temporaryNumber;
  }

  nextSequentialId(): number {
    return ++this.#sequentialIds;
  }

  /** sys.dm_exec_describe_first_result_set. */
  describeFirstResultSet(args: readonly Compiled[], env: ExpressionEnv): RowPlan {
    return describePlan(args, env);
  }
}

/** sa is at home everywhere; other logins need a user. */
function mayEnter(principal: ServerPrincipal, database: Database): boolean {
  if (principal.principalId === 1 || database.databaseId <= 2 || database.name === "msdb") return true;
  return [...database.principals.values()].some((user) => user.sid?.equals(principal.sid) === true);
}

/** What startEmulator needs. */
export function createEngine(options: EngineOptions): Engine {
  return new Engine(options);
}
