import type { ViewObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import { readUncommitted, type ReadView } from "../../storage/read-view.ts";
import type { SqlRow } from "../../values/sql-type.ts";
import { Runtime } from "../runtime.ts";
import { Scope } from "../session/scope.ts";
import type { Session } from "../session/session.ts";
import { StatementContext } from "../statement-context.ts";
import { moduleOptions } from "./module-context.ts";
import { viewPlan } from "./view-table.ts";

/** A statement that sees rows in a given way, whatever the session's isolation level is. */
class ViewRuntime extends Runtime {
  readonly #view: ReadView;

  constructor(session: Session, view: ReadView) {
    super(session, new Scope("function", undefined));
    this.#view = view;
  }

  override view(): ReadView {
    return this.#view;
  }
}

/**
 * Works out a view as its index would hold it: rows of its base tables as `how` sees them, with the rights of nobody.
 * @param each false: enough
 * @throws LockConflict by `how`; SqlError of the view's expressions
 */
export function eachViewRow(
  view: ViewObject,
  database: Database,
  session: Session,
  how: ReadView,
  each: (row: SqlRow) => boolean,
): void {
  const plan = viewPlan(view, database, new StatementContext(session, new Scope("function", undefined)));
  const { options } = session;
  // Under this level a query takes `how` as it is: no snapshot of the statement or the transaction comes in between.
  session.options = { ...moduleOptions(options, view.module), isolation: "repeatable read" };
  try {
    const cursor = plan.open(new ViewRuntime(session, how));
    cursor.reset();
    for (let row = cursor.next(); row !== undefined; row = cursor.next()) if (!each(row)) return;
  } finally {
    session.options = options;
  }
}

/** As many rows as the view's index would hold, whoever has written them. */
export function countViewRows(view: ViewObject, database: Database, session: Session): number {
  let count = 0;
  eachViewRow(view, database, session, readUncommitted(session.transactions.current!), () => ++count > 0);
  return count;
}
