import type { Column, DatabaseObject, DatabasePrincipal, TableObject } from "../../storage/database-model.ts";
import { filesOf } from "../../storage/database-files.ts";
import type { Database } from "../../storage/database.ts";
import { findSystemView, systemViewById } from "../../catalog/find-system-view.ts";
import { isServerView } from "../../catalog/system-view-names.ts";
import { collation, isKnownCollation } from "../../values/collation.ts";
import { INT, maxLength, nvarchar, SMALLINT, SQL_VARIANT, SYSNAME } from "../../values/coerce-type.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlType, SqlValue } from "../../values/sql-type.ts";
import type { Runtime } from "../runtime.ts";
import { findObject, findTypeNamed, parseName } from "../session/resolve-name.ts";
import { precisionOf, scaleOfType } from "./conversion-functions.ts";
import { objectPropertyOf, objectTypeCode } from "./object-property.ts";
import { permissionOn } from "./permission-functions.ts";
import type { ScalarFunction } from "./scalar-function.ts";

/** "Metadata functions (Transact-SQL)". What is not there gives NULL. */

const NAME = nvarchar(1035);

function database(runtime: Runtime): Database {
  return runtime.session.currentDatabase;
}

/** OBJECT_ID: a name with brackets or not, in the current database or in the one it names. */
function objectId(text: string, type: string | undefined, runtime: Runtime): SqlValue {
  const name = parseName(text);
  if (name.name === "") return null;
  const { session, scope } = runtime;
  if (name.database !== undefined && !session.engine.server.findDatabase(name.database)) return null;
  const found = findObject(name, session, scope);
  if (!found) {
    const schema = name.schema?.toLowerCase();
    if (schema !== "sys" && schema !== "information_schema") return null;
    if (!isServerView(schema, name.name)) return null;
    return (type ?? "V").trim().toUpperCase() === "V" ? (findSystemView(schema, name.name)?.objectId ?? null) : null;
  }
  if (!session.rights.canSee(found.object, found.database)) return null;
  if (type !== undefined && objectTypeCode(found.object) !== type.trim().toUpperCase()) return null;
  return found.object.objectId;
}

function byId(
  id: SqlValue,
  databaseId: SqlValue | undefined,
  runtime: Runtime,
): { object: DatabaseObject; database: Database } | undefined {
  const own =
    databaseId === undefined || databaseId === null
      ? database(runtime)
      : runtime.session.engine.server.databaseById(databaseId as number);
  const object = own?.objects.get(id as number, runtime.session.transactions.current);
  if (!own || !object || !runtime.session.rights.canSee(object, own)) return undefined;
  return { object, database: own };
}

function columnsOf(object: DatabaseObject): readonly Column[] | undefined {
  return "columns" in object ? (object as TableObject).columns : undefined;
}

function columnNamed(object: DatabaseObject | undefined, name: string, runtime: Runtime): Column | undefined {
  const key = database(runtime).nameKey(name);
  return object && columnsOf(object)?.find((column) => database(runtime).nameKey(column.name) === key);
}

const bit = (value: boolean): number => (value ? 1 : 0);

function columnProperty(column: Column, property: string): SqlValue {
  switch (property.toLowerCase()) {
    case "columnid":
      return column.columnId;
    case "allowsnull":
      return bit(column.nullable);
    case "isidentity":
      return bit(column.identity !== undefined);
    case "iscomputed":
      return bit(column.computed !== undefined);
    case "isrowguidcol":
      return bit(column.rowGuidCol === true);
    case "issparse":
      return bit(column.sparse === true);
    case "ishidden":
      return bit(column.hidden === true);
    case "precision":
      return precisionOf(column.type) || maxLength(column.type);
    case "scale":
      return scaleOfType(column.type);
    case "isidnotforrepl":
      return bit(column.identity?.notForReplication === true);
    case "generatedalwaystype":
      if (column.generatedAlways?.startsWith("row") === false) throw new Unsupported("GeneratedAlwaysType of a ledger");
      return column.generatedAlways === "row start" ? 1 : column.generatedAlways === "row end" ? 2 : 0;
    case "charmaxlen":
      return column.type.length ?? null;
    default:
      throw new Unsupported(`COLUMNPROPERTY '${property}'`);
  }
}

function databaseProperty(name: string, property: string, runtime: Runtime): SqlValue {
  const found = runtime.session.engine.server.findDatabase(name);
  if (!found) return null;
  const { options } = found;
  const text = (value: string): SqlValue => ({ type: SYSNAME, value });
  const number = (value: boolean | number): SqlValue => ({ type: INT, value: Number(value) });
  switch (property.toLowerCase()) {
    case "collation":
      return text(found.collation);
    case "status":
      return text(found.restoring ? "RESTORING" : options.online ? "ONLINE" : "OFFLINE");
    case "updateability":
      return text(options.readOnly || found.secondary ? "READ_ONLY" : "READ_WRITE");
    case "useraccess":
      return text(options.userAccess);
    case "recovery":
      return text(options.recoveryModel);
    case "isansinullsenabled":
      return number(options.ansiNulls);
    case "isquotedidentifiersenabled":
      return number(options.quotedIdentifier);
    case "isautoclose":
      return number(options.autoClose);
    // Azure SQL Database's own.
    case "maxsizeinbytes":
      return null;
    case "isautoshrink":
    case "isinstandby":
    case "issubscribed":
    case "ispublished":
      return number(0);
    default:
      throw new Unsupported(`DATABASEPROPERTYEX '${property}'`);
  }
}

function fileProperty(name: string, property: string, runtime: Runtime): number | null {
  const own = database(runtime);
  const file = filesOf(own).find((each) => own.nameKey(each.name) === own.nameKey(name));
  if (file === undefined) return null;
  switch (property.toLowerCase()) {
    case "isreadonly":
      return 0;
    case "isprimaryfile":
      return bit(file.fileId === 1);
    case "islogfile":
      return bit(file.kind === "LOG");
    case "spaceused":
      return file.usedPages;
    default:
      return null;
  }
}

function collationProperty(name: string, property: string): SqlValue {
  if (!isKnownCollation(name)) return null;
  const known = collation(name);
  switch (property.toLowerCase()) {
    case "codepage":
      return { type: INT, value: known.codePage };
    case "lcid":
      return { type: INT, value: known.lcid };
    case "version":
      return { type: INT, value: known.version };
    case "comparisonstyle":
      throw new Unsupported("COLLATIONPROPERTY 'ComparisonStyle'");
    default:
      return null;
  }
}

function typeName(id: number, runtime: Runtime): string | null {
  const user = database(runtime).types.get(id);
  return user?.name ?? SYSTEM_TYPES.get(id) ?? null;
}

/** sys.types of the server. */
// prettier-ignore
const SYSTEM_TYPES: ReadonlyMap<number, string> = new Map([
  [34, "image"], [35, "text"], [36, "uniqueidentifier"], [40, "date"], [41, "time"], [42, "datetime2"], [43, "datetimeoffset"], [48, "tinyint"],
  [52, "smallint"], [56, "int"], [58, "smalldatetime"], [59, "real"], [60, "money"], [61, "datetime"], [62, "float"], [98, "sql_variant"],
  [99, "ntext"], [104, "bit"], [106, "decimal"], [108, "numeric"], [122, "smallmoney"], [127, "bigint"], [128, "hierarchyid"], [129, "geometry"],
  [130, "geography"], [165, "varbinary"], [167, "varchar"], [173, "binary"], [175, "char"], [189, "timestamp"], [231, "nvarchar"],
  [239, "nchar"], [241, "xml"], [256, "sysname"],
]);

function typeId(text: string, runtime: Runtime): number | null {
  const name = parseName(text);
  const own = database(runtime);
  if (name.schema === undefined || name.schema.toLowerCase() === "sys") {
    for (const [id, known] of SYSTEM_TYPES) if (known === name.name.toLowerCase()) return id;
  }
  return findTypeNamed(name, own, runtime.session)?.userTypeId ?? null;
}

function ownUser(runtime: Runtime): DatabasePrincipal {
  return runtime.session.rights.user(database(runtime));
}

/** Directly, or through other roles; dbo is in db_owner. */
function isMember(role: DatabasePrincipal, member: DatabasePrincipal, runtime: Runtime): boolean {
  return runtime.session.rights.memberships(database(runtime), member.principalId).has(role.principalId);
}

const nullable = (
  name: string,
  parameters: ScalarFunction["parameters"],
  optional: number,
  result: SqlType,
  evaluate: ScalarFunction["evaluate"],
): ScalarFunction => ({
  name,
  parameters,
  optional,
  result,
  mayBeNull: true,
  evaluate,
});

// prettier-ignore
export const metadataFunctions: readonly ScalarFunction[] = [
  nullable("OBJECT_ID", [NAME, nvarchar(2)], 1, INT, ([name, type], runtime) => objectId(name as string, type as string | undefined, runtime)),
  nullable("OBJECT_NAME", [INT, INT], 1, SYSNAME, ([id, db], runtime) => byId(id!, db, runtime)?.object.name ?? systemViewById(id as number)?.name ?? null),
  nullable("OBJECT_SCHEMA_NAME", [INT, INT], 1, SYSNAME, ([id, db], runtime) => {
    const found = byId(id!, db, runtime);
    return found ? found.database.schemaName(found.object.schemaId) : null;
  }),
  nullable("OBJECT_DEFINITION", [INT], 0, nvarchar(-1), ([id], runtime) => {
    const found = byId(id!, undefined, runtime);
    if (!found || !runtime.session.rights.canSeeDefinition(found.object, found.database)) return null;
    const { object } = found;
    if ("module" in object) return object.module.definition ?? null;
    return object.kind === "default" || object.kind === "check" ? object.definition : null;
  }),
  nullable("SCHEMA_ID", [SYSNAME], 1, INT, ([name], runtime) =>
    name === undefined ? runtime.session.userSchemaId(database(runtime)) : (database(runtime).findSchema(name as string, runtime.session.transactions.current)?.schemaId ?? null)),
  nullable("SCHEMA_NAME", [INT], 1, SYSNAME, ([id], runtime) =>
    database(runtime).schemas.get((id as number | undefined) ?? runtime.session.userSchemaId(database(runtime)))?.name ?? null),
  nullable("DB_ID", [SYSNAME], 1, SMALLINT, ([name], runtime) =>
    name === undefined ? database(runtime).databaseId : (runtime.session.engine.server.findDatabase(name as string)?.databaseId ?? null)),
  nullable("DB_NAME", [INT], 1, SYSNAME, ([id], runtime) =>
    id === undefined ? database(runtime).name : (runtime.session.engine.server.databaseById(id as number)?.name ?? null)),
  nullable("ORIGINAL_DB_NAME", [], 0, SYSNAME, (_, runtime) => runtime.session.login.database),
  nullable("TYPE_ID", [nvarchar(257)], 0, INT, ([name], runtime) => typeId(name as string, runtime)),
  nullable("TYPE_NAME", [INT], 0, SYSNAME, ([id], runtime) => typeName(id as number, runtime)),
  nullable("COL_NAME", [INT, INT], 0, SYSNAME, ([id, column], runtime) => {
    const object = byId(id!, undefined, runtime)?.object;
    return (object && columnsOf(object)?.find((each) => each.columnId === column)?.name) ?? null;
  }),
  nullable("COL_LENGTH", [NAME, SYSNAME], 0, SMALLINT, ([table, column], runtime) => {
    const object = findObject(parseName(table as string), runtime.session, runtime.scope)?.object;
    const found = columnNamed(object, column as string, runtime);
    return found ? maxLength(found.type) : null;
  }),
  nullable("COLUMNPROPERTY", [INT, SYSNAME, nvarchar(128)], 0, INT, ([id, column, property], runtime) => {
    const object = byId(id!, undefined, runtime)?.object;
    const found = columnNamed(object, column as string, runtime);
    return found ? columnProperty(found, property as string) : null;
  }),
  nullable("OBJECTPROPERTY", [INT, nvarchar(128)], 0, INT, ([id, property], runtime) => {
    const found = byId(id!, undefined, runtime);
    return found ? objectPropertyOf(found.object, found.database, property as string) : null;
  }),
  nullable("OBJECTPROPERTYEX", [INT, nvarchar(128)], 0, SQL_VARIANT, ([id, property], runtime) => {
    const found = byId(id!, undefined, runtime);
    if (!found) return null;
    if ((property as string).toLowerCase() === "basetype") return { type: { name: "char", length: 2 }, value: objectTypeCode(found.object).padEnd(2) };
    const value = objectPropertyOf(found.object, found.database, property as string);
    return value === null ? null : { type: INT, value };
  }),
  nullable("DATABASEPROPERTYEX", [SYSNAME, nvarchar(128)], 0, SQL_VARIANT, ([name, property], runtime) => databaseProperty(name as string, property as string, runtime)),
  nullable("FILEPROPERTY", [nvarchar(128), nvarchar(128)], 0, INT, ([name, property], runtime) => fileProperty(name as string, property as string, runtime)),
  nullable("COLLATIONPROPERTY", [nvarchar(128), nvarchar(128)], 0, SQL_VARIANT, ([name, property]) => collationProperty(name as string, property as string)),
  nullable("INDEX_COL", [NAME, INT, INT], 0, SYSNAME, ([table, index, key], runtime) => {
    const object = findObject(parseName(table as string), runtime.session, runtime.scope)?.object;
    if (object?.kind !== "table" && object?.kind !== "view") return null;
    const column = object.indexes.find((each) => each.indexId === index)?.keyColumns[(key as number) - 1];
    return object.columns.find((each) => each.columnId === column?.columnId)?.name ?? null;
  }),
  nullable("PARSENAME", [nvarchar(517), INT], 0, SYSNAME, ([text, part]) => {
    const name = parseName(text as string);
    return [undefined, name.name, name.schema, name.database, name.server][part as number] ?? null;
  }),
  nullable("DATABASE_PRINCIPAL_ID", [SYSNAME], 1, INT, ([name], runtime) =>
    name === undefined ? ownUser(runtime).principalId : (database(runtime).findPrincipal(name as string)?.principalId ?? null)),
  nullable("USER_ID", [SYSNAME], 1, INT, ([name], runtime) =>
    name === undefined ? ownUser(runtime).principalId : (database(runtime).findPrincipal(name as string)?.principalId ?? null)),
  nullable("IS_MEMBER", [SYSNAME], 0, INT, ([role], runtime) => {
    const principal = database(runtime).findPrincipal(role as string);
    if (principal?.type !== "DATABASE_ROLE") return null;
    return bit(isMember(principal, ownUser(runtime), runtime));
  }),
  nullable("IS_ROLEMEMBER", [SYSNAME, SYSNAME], 1, INT, ([role, member], runtime) => {
    const principal = database(runtime).findPrincipal(role as string);
    if (principal?.type !== "DATABASE_ROLE") return null;
    const own = member === undefined ? ownUser(runtime) : database(runtime).findPrincipal(member as string);
    return own ? bit(isMember(principal, own, runtime)) : null;
  }),
  nullable("IS_SRVROLEMEMBER", [SYSNAME, SYSNAME], 1, INT, ([role], runtime) => {
    const found = runtime.session.engine.server.findLogin(role as string);
    if (found?.type !== "SERVER_ROLE") return null;
    return bit(found.name === "public" || (found.name === "sysadmin" && runtime.session.rights.isAdministrator));
  }),
  nullable("HAS_DBACCESS", [SYSNAME], 0, INT, ([name], runtime) => {
    const found = runtime.session.engine.server.findDatabase(name as string);
    return found ? bit(found.options.online && runtime.session.rights.mayEnter(found)) : null;
  }),
  {
    name: "HAS_PERMS_BY_NAME",
    parameters: [NAME, nvarchar(60), nvarchar(128), SYSNAME, nvarchar(60)],
    optional: 2,
    handlesNull: true,
    result: INT,
    evaluate: ([securable, kind, permission, part, partKind], runtime) =>
      permissionOn(
        securable as string | null,
        kind as string | null,
        permission as string | null,
        part == null ? undefined : { name: part as string, kind: (partKind as string | null | undefined) ?? "COLUMN" },
        runtime,
      ),
  },
];
