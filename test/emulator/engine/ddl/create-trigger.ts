import type { DatabaseObject, TriggerObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import type { EnableTriggerStatement } from "../../tsql/ast-control.ts";
import type { CreateTriggerStatement } from "../../tsql/ast-modules.ts";
import { wholeNode } from "../../tsql/coverage.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import { inModule } from "../session/require-permission.ts";
import { findTarget, writtenName } from "../session/resolve-name.ts";
import type { Scope } from "../session/scope.ts";
import type { Session } from "../session/session.ts";
import { bindModuleBody } from "./bind-module-body.ts";
import { existingModule } from "./create-module.ts";
import { moduleReferences } from "./module-references.ts";
import { moduleText } from "./module-text.ts";

/**
 * CREATE TRIGGER on a table, or INSTEAD OF on a view.
 * @throws SqlError 8197 (no such table, or AFTER on a view), 2103, 2110, 2111, 2112, 2714
 */
export function createTrigger(covered: CreateTriggerStatement, session: Session, scope: Scope): void {
  const statement = wholeNode(covered);
  session.transactions.requireWritable();
  if (typeof statement.on === "string") throw new Unsupported("DDL and logon triggers");
  const insteadOf = statement.timing === "instead of";
  const written = writtenName(statement.on);
  const found = findTarget(statement.on, session, scope);
  const parent = found?.object;
  if (!found || (parent?.kind !== "table" && !(parent?.kind === "view" && insteadOf))) throw sqlError(8197, written);
  const { database } = found;
  const { schema } = statement.name;
  if (schema !== undefined && database.findSchema(schema)?.schemaId !== parent.schemaId) {
    throw sqlError(2103, statement.action === "alter" ? "alter" : "create", statement.name.name);
  }
  const before = existingModule(statement, parent.schemaId, database, session);
  if (before && before.parentObjectId !== parent.objectId) throw sqlError(2110, statement.name.name, written);
  if (parent.kind === "view" && parent.withCheckOption) throw sqlError(2112, statement.name.name, written);
  if (insteadOf) requireOnlyOne(statement, parent, before, database);
  const now = session.engine.clock.now();
  const module = moduleText(statement, database, session);
  const frame = { database, schemaId: parent.schemaId, ownerId: database.ownerOf(parent) };
  inModule(session, frame, () => bindModuleBody(statement, parent, session));
  const object: TriggerObject = {
    kind: "trigger",
    objectId: before?.objectId ?? database.newObjectId(),
    schemaId: parent.schemaId,
    name: before?.name ?? statement.name.name,
    parentObjectId: parent.objectId,
    createDate: before?.createDate ?? now,
    modifyDate: now,
    module,
    references: moduleReferences(statement, database, module.schemaBound),
    disabled: false,
    insteadOf,
    events: statement.events as TriggerObject["events"],
    notForReplication: statement.notForReplication,
  };
  if (before) database.replaceObject(session.transactions.current!, object);
  else database.addObject(session.transactions.current, object);
}

/** @throws SqlError 2111 */
function requireOnlyOne(
  statement: CreateTriggerStatement,
  parent: DatabaseObject,
  before: DatabaseObject | undefined,
  database: Database,
): void {
  for (const other of database.children(parent.objectId)) {
    if (other.kind !== "trigger" || !other.insteadOf || other.objectId === before?.objectId) continue;
    const event = statement.events.find((each) => other.events.includes(each as TriggerObject["events"][number]));
    if (event === undefined) continue;
    const verb = before ? "alter" : "create";
    throw sqlError(2111, verb, statement.name.name, parent.kind, parent.name, event.toUpperCase());
  }
}

/** ENABLE TRIGGER, DISABLE TRIGGER. @throws SqlError 1088 */
export function enableTrigger(statement: EnableTriggerStatement, session: Session, scope: Scope): void {
  if (typeof statement.on === "string") throw new Unsupported("DDL and logon triggers");
  const found = findTarget(statement.on, session, scope);
  if (found?.object.kind !== "table" && found?.object.kind !== "view") throw sqlError(1088, writtenName(statement.on));
  const { database, object } = found;
  const { names } = statement;
  const triggers = database.children(object.objectId).filter((child) => child.kind === "trigger");
  const chosen =
    names === "all"
      ? triggers
      : names.map((name) => {
          const found = triggers.find((trigger) => database.nameKey(trigger.name) === database.nameKey(name.name));
          if (!found) throw sqlError(1088, writtenName(name));
          return found;
        });
  for (const trigger of chosen)
    database.replaceObject(session.transactions.current!, { ...trigger, disabled: !statement.enabled });
}
