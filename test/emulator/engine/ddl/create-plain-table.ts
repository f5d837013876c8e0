import type { Column, TableObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import type { ObjectName } from "../../tsql/ast-names.ts";
import type { Scope } from "../session/scope.ts";
import type { Session } from "../session/session.ts";
import { registerLocalTable } from "../tables/create-local-table.ts";
import { newObjectPlace } from "./object-place.ts";

/** A table of columns alone: SELECT ... INTO. @throws SqlError 2714 */
export function createPlainTable(
  name: ObjectName,
  columns: readonly Column[],
  session: Session,
  scope: Scope,
): { table: TableObject; database: Database } {
  const place = newObjectPlace(name, session, scope);
  const { database } = place;
  const now = session.engine.clock.now();
  const label = { database: database.name, schema: database.schemaName(place.schemaId), table: place.shownName };
  const table: TableObject = {
    kind: "table",
    objectId: database.newObjectId(),
    schemaId: place.schemaId,
    name: place.name,
    parentObjectId: 0,
    createDate: now,
    modifyDate: now,
    columns,
    maxColumnId: columns.length,
    indexes: [],
    usesAnsiNulls: true,
    store: session.engine.server.newTableStore(label, []),
  };
  database.addObject(session.transactions.current, table);
  if (place.localName !== undefined) registerLocalTable(place.localName, table, database, session, scope);
  else session.engine.metadataChanged();
  session.transactions.changedMetadata = true;
  return { table, database };
}
