import type { DatabaseObject, FunctionObject, ProcedureObject, ViewObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import { wholeNode } from "../../tsql/coverage.ts";
import { sqlError } from "../../values/error-table.ts";
import type { ModuleStatement } from "../procedures/module-body.ts";
import { inModule } from "../session/require-permission.ts";
import { databaseOf, writtenName } from "../session/resolve-name.ts";
import type { Scope } from "../session/scope.ts";
import type { Session } from "../session/session.ts";
import { bindModuleBody } from "./bind-module-body.ts";
import { checkBinding, requireNoStar } from "./check-binding.ts";
import { dropIndexProperties } from "./drop-index-properties.ts";
import { moduleReferences } from "./module-references.ts";
import { moduleShape, type CreateModuleStatement } from "./module-shape.ts";
import { moduleText } from "./module-text.ts";
import { schemaFor } from "./object-place.ts";
import { requireNotReferenced } from "./schema-binding.ts";
import { lockBaseTables } from "./view-index.ts";

const KINDS: Readonly<Record<ModuleStatement["kind"], readonly DatabaseObject["kind"][]>> = {
  "create-view": ["view"],
  "create-procedure": ["procedure"],
  "create-function": ["scalar-function", "inline-function", "table-function"],
  "create-trigger": ["trigger"],
};

/** @returns the object that ALTER changes; undefined for a new one. @throws SqlError 2714, 208, 2010 */
export function existingModule(
  statement: ModuleStatement,
  schemaId: number,
  database: Database,
  session: Session,
): DatabaseObject | undefined {
  const object = database.findObject(schemaId, statement.name.name, session.transactions.current);
  if (!object) {
    if (statement.action === "alter") throw sqlError(208, writtenName(statement.name));
    return undefined;
  }
  if (statement.action === "create") throw sqlError(2714, statement.name.name);
  if (!KINDS[statement.kind].includes(object.kind)) throw sqlError(2010, writtenName(statement.name));
  return object;
}

const WORDS = { "create-view": "view", "create-procedure": "procedure", "create-function": "function" } as const;

/**
 * CREATE, ALTER and CREATE OR ALTER of a view, procedure or function.
 * @throws SqlError 2714, 208, 2010, 3729 and what binding its text finds
 */
export function createModule(covered: CreateModuleStatement, session: Session, scope: Scope): void {
  const statement = wholeNode(covered);
  session.transactions.requireWritable();
  const database = databaseOf(statement.name, session);
  if (statement.name.database !== undefined) throw sqlError(166, statement.kind.replace("-", " ").toUpperCase());
  const schemaId = schemaFor(statement.name, database, session);
  const before = existingModule(statement, schemaId, database, session);
  const module = moduleText(statement, database, session);
  const now = session.engine.clock.now();
  const base = {
    objectId: before?.objectId ?? database.newObjectId(),
    schemaId,
    name: before?.name ?? statement.name.name,
    parentObjectId: 0,
    createDate: before?.createDate ?? now,
    modifyDate: now,
    module,
    references: moduleReferences(statement, database, module.schemaBound),
  };
  if (module.schemaBound) {
    requireNoStar(statement, false);
    const word = WORDS[statement.kind];
    checkBinding(base.references, { word, written: writtenName(statement.name), schemaId, name: base.name }, database);
  }
  // Names in the text mean what they will mean when it runs.
  const frame = { database, schemaId, ownerId: before ? database.ownerOf(before) : ownerOfSchema(schemaId, database) };
  const shape = inModule(session, frame, () => {
    const made = moduleShape(statement, base.objectId, session, scope);
    if (statement.kind !== "create-view") bindModuleBody(statement, undefined, session);
    return made;
  });
  const owned = before?.principalId === undefined ? {} : { principalId: before.principalId };
  const object: ViewObject | ProcedureObject | FunctionObject = { ...base, ...owned, ...shape };
  if (before && before.kind !== object.kind) throw sqlError(2010, writtenName(statement.name));
  const transaction = session.transactions.current!;
  if (before) {
    requireNotReferenced("ALTER", before, database, writtenName(statement.name));
    if (before.kind === "view" && before.indexes.length > 0) {
      lockBaseTables(before, database, session);
      dropIndexProperties(before.objectId, before.indexes, database, session);
    }
    database.replaceObject(transaction, object);
  } else database.addObject(transaction, object);
}

function ownerOfSchema(schemaId: number, database: Database): number {
  return database.schemas.get(schemaId)?.principalId ?? 1;
}
