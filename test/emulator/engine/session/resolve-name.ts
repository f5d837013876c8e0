import type { Database } from "../../storage/database.ts";
import { DBO_SCHEMA_ID, SYS_SCHEMA_ID } from "../../storage/database.ts";
import type { DatabaseObject, TableObject, UserType } from "../../storage/database-model.ts";
import type { ObjectName } from "../../tsql/ast-names.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import { localTableObject } from "../tables/local-table.ts";
import type { Scope } from "./scope.ts";
import type { Session } from "./session.ts";

/** What an object's name means to a session. */
export interface ResolvedObject {
  readonly database: Database;
  readonly object: DatabaseObject;
  /** Set for a #temp table: the name by which the scope knows it. */
  readonly localName?: string;
}

/** As it was written: `db.schema.name`. */
export function writtenName(name: ObjectName): string {
  const parts = [name.server, name.database, name.schema, name.name];
  const first = parts.findIndex((part) => part !== undefined);
  return parts
    .slice(first)
    .map((part) => part ?? "")
    .join(".");
}

/** @throws SqlError 911, 916-like: no such database; 942, 927: it cannot be opened; Unsupported for linked servers */
export function databaseOf(name: ObjectName, session: Session): Database {
  if (name.server !== undefined) throw new Unsupported("linked servers");
  if (name.database === undefined) return session.currentDatabase;
  const database = session.engine.server.findDatabase(name.database);
  if (!database) throw sqlError(911, name.database);
  database.requireOpen();
  return database;
}

/** The schemas in which a name without one is looked for. */
function schemaIds(name: Pick<ObjectName, "schema">, database: Database, session: Session): number[] {
  if (name.schema !== undefined) {
    const schema = database.findSchema(name.schema, session.transactions.current);
    return schema ? [schema.schemaId] : [];
  }
  const own = session.defaultSchemaId(database);
  return own === DBO_SCHEMA_ID ? [own] : [own, DBO_SCHEMA_ID];
}

/** @returns undefined: nothing of that name. @throws SqlError 911; LockConflict while another transaction changes it */
export function findObject(name: ObjectName, session: Session, scope: Scope): ResolvedObject | undefined {
  if (name.name.startsWith("#")) {
    const local = scope.tempTable(name.name);
    const table = local && localTableObject(local);
    return table && { database: local.database, object: table, localName: name.name };
  }
  const database = databaseOf(name, session);
  const reader = session.transactions.current;
  for (const schemaId of schemaIds(name, database, session)) {
    const object = database.findObject(schemaId, name.name, reader);
    if (object) return { database, object };
  }
  return undefined;
}

/** A user's type; without a schema in the same schemas as an object. @throws LockConflict while another transaction changes it */
export function findTypeNamed(
  name: Pick<ObjectName, "schema" | "name">,
  database: Database,
  session: Session,
): UserType | undefined {
  const reader = session.transactions.current;
  for (const schemaId of schemaIds(name, database, session)) {
    const type = database.findType(schemaId, name.name, reader);
    if (type) return type;
  }
  return undefined;
}

/** Follows synonyms. @throws SqlError 208 and 5313 */
export function findTarget(name: ObjectName, session: Session, scope: Scope): ResolvedObject | undefined {
  const found = findObject(name, session, scope);
  if (found?.object.kind !== "synonym") return found;
  const base = parseName(found.object.baseObjectName);
  const target = findObject({ ...base, database: base.database ?? found.database.name }, session, scope);
  if (!target) throw sqlError(5313, writtenName(name));
  return target;
}

/** @throws SqlError 208, 4902-like by `missing` */
export function requireTable(
  name: ObjectName,
  session: Session,
  scope: Scope,
  missing: (written: string) => Error = (written) => sqlError(208, written),
): { database: Database; table: TableObject; localName?: string } {
  const found = findTarget(name, session, scope);
  if (found?.object.kind !== "table") throw missing(writtenName(name));
  return {
    database: found.database,
    table: found.object,
    ...(found.localName === undefined ? {} : { localName: found.localName }),
  };
}

export function isSystemSchema(schemaId: number): boolean {
  return schemaId === SYS_SCHEMA_ID || schemaId === 3;
}

/** Reads `[a].[b]`, `a.b..c`: for OBJECT_ID and names that come as text. @returns parts, last one the name */
export function parseName(text: string): ObjectName {
  const parts: (string | undefined)[] = [];
  let at = 0;
  const skip = (): void => {
    while (text[at] === " ") at++;
  };
  for (;;) {
    skip();
    let part = "";
    const open = text[at];
    if (open === "[" || open === '"') {
      const close = open === "[" ? "]" : '"';
      at++;
      for (; at < text.length; at++) {
        if (text[at] === close) {
          if (text[at + 1] !== close) break;
          at++;
        }
        part += text[at];
      }
      at++;
      skip();
    } else {
      while (at < text.length && text[at] !== ".") part += text[at++];
      part = part.trimEnd();
    }
    parts.push(part === "" ? undefined : part);
    if (text[at] !== ".") break;
    at++;
  }
  const name = parts.pop() ?? "";
  return {
    kind: "name",
    pos: 0,
    name,
    schema: parts.pop(),
    database: parts.pop(),
    server: parts.pop(),
  };
}
