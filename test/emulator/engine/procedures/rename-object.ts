import type { TableObject, ViewObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import { indexSpecs } from "../../storage/index-spec.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import { filterOf } from "../ddl/create-table.ts";
import { schemaBoundOn } from "../ddl/schema-binding.ts";
import { atomic, type Execution } from "../session/execution.ts";
import { requirePermission } from "../session/require-permission.ts";
import { findObject, parseName } from "../session/resolve-name.ts";
import type { Session } from "../session/session.ts";
import type { Step } from "../session/step.ts";
import { textArgument } from "./dynamic-sql.ts";
import type { CallArgument } from "./procedure-call.ts";
import { namedArguments } from "./system-procedures.ts";

const CAUTION = "Caution: Changing any part of an object name could break scripts and stored procedures.";

/** sp_rename: the text of a module keeps the old name. @throws SqlError 15225, 15248, 15335 */
export function* renameObject(args: readonly CallArgument[], execution: Execution): Step<number> {
  const { session } = execution;
  const named = namedArguments("sp_rename", ["@objname", "@newname", "@objtype"], args);
  const from = textArgument(named.get("@objname"));
  const to = textArgument(named.get("@newname"));
  if (from === undefined || to === undefined) throw sqlError(15600, "sp_rename");
  const kind = (textArgument(named.get("@objtype")) ?? "OBJECT").toUpperCase();
  yield* atomic(execution, () => {
    session.transactions.requireWritable();
    switch (kind) {
      case "OBJECT":
        renameWhole(from, to, execution);
        break;
      case "COLUMN":
      case "INDEX":
        renamePart(from, to, kind, execution);
        break;
      default:
        throw new Unsupported(`sp_rename of ${kind}`);
    }
    session.transactions.changedMetadata = true;
    session.engine.metadataChanged();
  });
  execution.output.info({ number: 15477, severity: 0, state: 1, text: CAUTION, line: 1 });
  return 0;
}

function renameWhole(from: string, to: string, execution: Execution): void {
  const { session, scope } = execution;
  const found = findObject(parseName(from), session, scope);
  if (!found) throw sqlError(15225, from, session.currentDatabase.name, "(null)");
  const { object, database } = found;
  requirePermission(session, "ALTER", object, database);
  const taken = database.findObject(object.schemaId, to, session.transactions.current);
  // Another case of its own name is free.
  if (taken && taken.objectId !== object.objectId) throw sqlError(15335, to, "object");
  if (schemaBoundOn(object, database).length > 0) throw sqlError(15336, from);
  const transaction = session.transactions.current!;
  const modifyDate = session.engine.clock.now();
  database.replaceObject(transaction, { ...object, name: to, modifyDate });
  if (object.kind !== "primary-key" && object.kind !== "unique") return;
  // The index of a key bears its constraint's name.
  const table = database.objects.get(object.parentObjectId);
  if (table?.kind !== "table") return;
  const indexes = table.indexes.map((index) => (index.indexId === object.indexId ? { ...index, name: to } : index));
  replaceShape({ ...table, indexes, modifyDate }, execution);
}

function replaceShape(table: TableObject, execution: Execution): void {
  const { session } = execution;
  const transaction = session.transactions.current!;
  const database = session.currentDatabase;
  database.replaceObject(transaction, table);
  table.store.rebuild(
    transaction,
    indexSpecs(table.columns, table.indexes, filterOf(table.columns, table.name, session)),
  );
}

function renameViewIndex(view: ViewObject, from: string, to: string, database: Database, session: Session): void {
  const key = database.nameKey(from);
  if (!view.indexes.some((each) => database.nameKey(each.name) === key)) throw sqlError(15248, "INDEX");
  const indexes = view.indexes.map((each) => (database.nameKey(each.name) === key ? { ...each, name: to } : each));
  database.replaceObject(session.transactions.current!, { ...view, indexes, modifyDate: session.engine.clock.now() });
}

function renamePart(from: string, to: string, kind: "COLUMN" | "INDEX", execution: Execution): void {
  const { session, scope } = execution;
  const name = parseName(from);
  if (name.schema === undefined) throw sqlError(15248, kind);
  const found = findObject({ ...name, name: name.schema, schema: name.database, database: undefined }, session, scope);
  if (found?.object.kind === "view" && kind === "INDEX")
    return renameViewIndex(found.object, name.name, to, found.database, session);
  if (found?.object.kind !== "table") throw sqlError(15248, kind);
  const { object: table, database } = found;
  requirePermission(session, "ALTER", table, database);
  const key = database.nameKey(name.name);
  const modifyDate = session.engine.clock.now();
  const transaction = session.transactions.current!;
  if (kind === "COLUMN") {
    const column = table.columns.find((each) => database.nameKey(each.name) === key);
    if (!column) throw sqlError(15248, kind);
    if (table.columns.some((each) => database.nameKey(each.name) === database.nameKey(to)))
      throw sqlError(15335, to, "COLUMN");
    if (schemaBoundOn(table, database, column.columnId).length > 0) throw sqlError(15336, from);
    const columns = table.columns.map((each) => (each === column ? { ...each, name: to } : each));
    database.replaceObject(transaction, { ...table, columns, modifyDate });
    return;
  }
  const index = table.indexes.find((each) => database.nameKey(each.name) === key);
  if (!index) throw sqlError(15248, kind);
  const indexes = table.indexes.map((each) => (each === index ? { ...each, name: to } : each));
  replaceShape({ ...table, indexes, modifyDate }, execution);
  if (index.constraintObjectId === undefined) return;
  const constraint = database.objects.get(index.constraintObjectId);
  if (constraint) database.replaceObject(transaction, { ...constraint, name: to, modifyDate });
}
