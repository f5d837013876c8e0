import type { Database } from "../../storage/database.ts";
import type { ObjectName } from "../../tsql/ast-names.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import { databaseOf } from "../session/resolve-name.ts";
import type { Scope } from "../session/scope.ts";
import type { Session } from "../session/session.ts";
import { localTableObject } from "../tables/local-table.ts";

/** Where a new object goes, and under which name. */
export interface ObjectPlace {
  readonly database: Database;
  readonly schemaId: number;
  /** In the catalog: a #temp table has a long one that no other session's has. */
  readonly name: string;
  /** In messages. */
  readonly shownName: string;
  /** Set for a #temp table. */
  readonly localName?: string;
  readonly transactional: boolean;
}

/** #name with underscores and a number, 128 characters, as tempdb.sys.tables shows it. */
function temporaryName(name: string, session: Session): string {
  const suffix = session.engine.nextTemporaryNumber().toString(16).toUpperCase().padStart(12, "0");
  return `${name.padEnd(116, "_").slice(0, 116)}${suffix}`;
}

/** @throws SqlError 2714 (a #temp table of that name in this scope), 2760 (no such schema), 911; Unsupported: ##global */
export function newObjectPlace(name: ObjectName, session: Session, scope: Scope): ObjectPlace {
  if (name.name.startsWith("##")) throw new Unsupported("global temporary tables");
  session.transactions.requireWritable();
  if (name.name.startsWith("#")) {
    const known = scope.tempTables.get(name.name.toLowerCase());
    if (known && localTableObject(known)) throw sqlError(2714, name.name);
    const database = session.engine.server.findDatabase("tempdb")!;
    return {
      database,
      schemaId: 1,
      name: temporaryName(name.name, session),
      shownName: name.name,
      localName: name.name,
      transactional: true,
    };
  }
  const database = databaseOf(name, session);
  database.requireWritable();
  return {
    database,
    schemaId: schemaFor(name, database, session),
    name: name.name,
    shownName: name.name,
    transactional: true,
  };
}

/** @throws SqlError 2760 */
export function schemaFor(name: ObjectName, database: Database, session: Session): number {
  if (name.schema === undefined) return session.defaultSchemaId(database);
  const schema = database.findSchema(name.schema, session.transactions.current);
  if (!schema || schema.name === "sys" || schema.name === "INFORMATION_SCHEMA") throw sqlError(2760, name.schema);
  return schema.schemaId;
}
