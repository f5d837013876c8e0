import { findSystemView } from "../../catalog/find-system-view.ts";
import { isServerView } from "../../catalog/system-view-names.ts";
import type { CatalogReader } from "../../catalog/system-view.ts";
import type { DatabaseObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import type { NamedTable } from "../../tsql/ast-queries.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { ResolvedTable } from "../query/compile-from.ts";
import { TableNode } from "../query/table-node.ts";
import { countViewRows } from "../procedures/view-rows.ts";
import { databaseOf, writtenName } from "../session/resolve-name.ts";
import { describeSession } from "../session/session-description.ts";
import type { Session } from "../session/session.ts";
import type { StatementContext } from "../statement-context.ts";
import { KeptSource } from "./kept-source.ts";
import { hintedView } from "./table-source.ts";

export function catalogReader(session: Session, database: Database): CatalogReader {
  const effective = session.rights.effective(database);
  return {
    spid: session.spid,
    transaction: session.transactions.current!,
    snapshot: session.transactions.metadataSnapshot(database) ?? Infinity,
    countRows: (view) => countViewRows(view, database, session),
    ...(effective === undefined
      ? {}
      : {
          canSee: (object: DatabaseObject) => effective.canSee(object),
          canSeeType: (userTypeId: number) => effective.canSeeType(userTypeId),
          canSeeDefinition: (object: DatabaseObject) => effective.canSeeDefinition(object),
          canSeeState: effective.onDatabase("VIEW DATABASE STATE"),
          canSeeServerState: session.rights.onServer("VIEW SERVER STATE"),
        }),
  };
}

/** Views of the database's state that are refused without the permission, where others leave rows out. */
const REFUSED_WITHOUT_STATE: ReadonlySet<string> = new Set(["dm_tran_commit_table"]);

/** "System dynamic management views": since SQL Server 2022 VIEW DATABASE PERFORMANCE STATE. @throws SqlError 297, after 262 */
function requireState(view: string, session: Session, database: Database): void {
  const permission = "VIEW DATABASE PERFORMANCE STATE";
  if (!REFUSED_WITHOUT_STATE.has(view) || session.rights.onDatabase(permission, database)) return;
  if (session.tryDepth === 0) session.sink?.error(sqlError(262, permission, database.name));
  throw sqlError(297);
}

/** sys.* and INFORMATION_SCHEMA.*: rows are made when they are asked for. @throws SqlError 208, 229; Unsupported */
export function systemViewTable(source: NamedTable, context: StatementContext): ResolvedTable {
  const { session } = context;
  const database = databaseOf(source.name, session);
  const schema = source.name.schema ?? "sys";
  const view = findSystemView(schema, source.name.name);
  hintedView(source.hints, database);
  if (!view) {
    if (isServerView(schema, source.name.name)) throw new Unsupported(`system view ${schema}.${source.name.name}`);
    throw sqlError(208, writtenName(source.name));
  }
  if (!session.rights.onSystemView(view, database)) {
    throw sqlError(229, "SELECT", view.name, "mssqlsystemresource", view.schema);
  }
  const kept = new KeptSource(
    view.columns.map((column) => column.type),
    () => {
      describeSession(session);
      const snapshot = session.transactions.metadataSnapshot(database);
      database.readMetadata(session.transactions.current!, snapshot);
      requireState(view.name, session, database);
      if (!session.rights.seesSystemView(view, database)) return [];
      return view.rows(database, catalogReader(session, database));
    },
    50,
  );
  return {
    alias: source.alias ?? view.name,
    schema: source.alias === undefined ? view.schema : undefined,
    columns: view.columns.map((column) => ({
      name: column.name,
      type: column.type,
      nullable: column.nullable,
      ...(column.unknown ? { unknown: "its value is not known to the emulator" } : {}),
    })),
    node: (slot) => new TableNode(slot, kept),
  };
}
