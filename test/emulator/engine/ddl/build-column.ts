import type { Column, ComputedColumnModel, IdentityColumn, ModuleReference } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import type { ColumnDefinition } from "../../tsql/ast-tables.ts";
import { systemType } from "../../tsql/system-type.ts";
import { isUnicode, typeFamily } from "../../values/coerce-type.ts";
import { collation as collationNamed } from "../../values/collation.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import { compileExpression } from "../expressions/expression.ts";
import { rowScope } from "../dml/row-expressions.ts";
import type { Session } from "../session/session.ts";
import { findTypeNamed } from "../session/resolve-name.ts";
import { StatementContext, writtenType } from "../statement-context.ts";
import { wholeNode } from "../../tsql/coverage.ts";
import type { Scope } from "../session/scope.ts";
import { columnEncryption } from "./column-keys.ts";
import { definitionText } from "./definition-text.ts";
import { expressionReferences } from "./module-references.ts";

export interface ColumnPlace {
  readonly database: Database;
  readonly tableName: string;
  readonly session: Session;
  readonly scope: Scope;
  /** Columns that stand before it, for computed ones. */
  readonly columns: readonly Column[];
  /** For error 2715. */
  readonly columnNumber?: number;
}

function identityOf(definition: ColumnDefinition, type: SqlType): IdentityColumn | undefined {
  const { identity } = definition;
  if (!identity) return undefined;
  const whole =
    typeFamily(type) === "integer" ? type.name !== "bit" : typeFamily(type) === "decimal" && (type.scale ?? 0) === 0;
  if (!whole) throw sqlError(2749, definition.name);
  const increment = BigInt(identity.increment);
  if (increment === 0n) throw sqlError(2749, definition.name);
  return { seed: BigInt(identity.seed), increment, notForReplication: identity.notForReplication };
}

/** The system type of a column and, for an alias type, its id and nullability. @throws SqlError 2715, 448, 452, 459; Unsupported */
export function columnType(
  definition: Pick<ColumnDefinition, "type" | "collation" | "name">,
  place: Omit<ColumnPlace, "columns">,
): { type: SqlType; userTypeId?: number; nullable?: boolean } {
  const node = definition.type;
  if (!node) return { type: { name: "rowversion" } };
  const { database, session, scope } = place;
  const context = new StatementContext(session, scope);
  if (node.xmlSchema !== undefined) throw new Unsupported("xml with a schema collection");
  let type = systemType(node, "declaration");
  let alias: { userTypeId?: number; nullable?: boolean } = {};
  if (!type) {
    // A #temp table knows the types of tempdb, a table variable those of the current database.
    const user = findTypeNamed(node, place.tableName.startsWith("@") ? session.currentDatabase : database, session);
    if (!user?.type) throw sqlError(2715, place.columnNumber ?? 1, writtenType(node));
    type = user.type;
    alias = { userTypeId: user.userTypeId, nullable: user.nullable };
  } else if (node.name.toLowerCase() === "sysname") alias = { userTypeId: 256, nullable: false };
  if (typeFamily(type) === "string") {
    const collation =
      definition.collation === undefined
        ? (type.collation ?? database.collation)
        : context.checkCollation(definition.collation);
    if (!isUnicode(type) && collationNamed(collation).codePage === 0) throw sqlError(459, collation);
    type = { ...type, collation };
  } else if (definition.collation !== undefined) throw sqlError(452);
  return { type, ...alias };
}

/** @throws SqlError 1711-like, 2715, 2749, 2754, 448; Unsupported */
export function buildColumn(
  definition: ColumnDefinition,
  columnId: number,
  inKey: boolean,
  place: ColumnPlace,
): Column {
  if (definition.columnSet) return columnSet(definition, columnId);
  if (definition.computed) return computedColumn(definition, columnId, place);
  const { type, userTypeId, nullable: aliasNullable } = columnType(definition, { ...place, columnNumber: columnId });
  const identity = identityOf(definition, type);
  if (definition.filestream && (type.name !== "varbinary" || type.length !== -1 || /^[@#]/.test(place.tableName)))
    throw new Unsupported("FILESTREAM of another type than varbinary(max), or in a temporary table");
  if (inKey && definition.nullable === true) throw sqlError(8147, definition.name, place.tableName);
  if (identity && definition.nullable === true) throw sqlError(8147, definition.name, place.tableName);
  const nullable =
    definition.nullable ??
    (inKey || identity !== undefined || type.name === "rowversion" || definition.generatedAlways !== undefined
      ? false
      : (aliasNullable ?? true));
  if (definition.hidden && definition.generatedAlways === undefined) throw new Unsupported("HIDDEN alone");
  if (definition.sparse) requireSparse(definition, { type, userTypeId, nullable }, place);
  const column: Column = {
    columnId,
    name: definition.name === "" ? "timestamp" : definition.name,
    type,
    ...(userTypeId === undefined ? {} : { userTypeId }),
    nullable,
    ...(identity ? { identity } : {}),
    ...(definition.rowGuidCol ? { rowGuidCol: true } : {}),
    ...(definition.sparse ? { sparse: true } : {}),
    ...(definition.hidden ? { hidden: true } : {}),
    ...(definition.generatedAlways ? { generatedAlways: definition.generatedAlways } : {}),
    ...(definition.masked === undefined ? {} : { maskingFunction: definition.masked }),
    ...(definition.filestream ? { filestream: true } : {}),
  };
  const encryption = columnEncryption(definition, column, place.database);
  return encryption ? { ...column, encryption } : column;
}

const NEVER_SPARSE = new Set(["text", "ntext", "image", "rowversion", "geometry", "geography"]);

/** "Use sparse columns": Restrictions. @throws SqlError 1731 */
export function requireSparse(
  definition: Pick<ColumnDefinition, "name" | "rowGuidCol" | "identity" | "filestream" | "default">,
  { type, userTypeId, nullable }: { type: SqlType; userTypeId: number | undefined; nullable: boolean },
  place: Pick<ColumnPlace, "tableName">,
): void {
  const { name, rowGuidCol, identity, filestream } = definition;
  if (!nullable || rowGuidCol || identity || filestream || userTypeId !== undefined || NEVER_SPARSE.has(type.name))
    throw sqlError(1731, name, place.tableName);
  if (definition.default) throw new Unsupported("a sparse column with a default");
}

/** XML COLUMN_SET FOR ALL_SPARSE_COLUMNS: stored nowhere, made of the sparse columns. */
function columnSet(definition: ColumnDefinition, columnId: number): Column {
  const { name, type } = definition;
  if (type?.name.toLowerCase() !== "xml" || definition.default || definition.nullable === false || definition.sparse)
    throw new Unsupported(`the column set ${name} with other properties`);
  return { columnId, name, type: { name: "xml" }, nullable: true, columnSet: true };
}

/** Functions that give another value each time: such a column cannot be kept with the row. */
const VOLATILE = /\b(getdate|getutcdate|sysdatetime|sysutcdatetime|sysdatetimeoffset|current_timestamp|newid|rand)\b/i;

function computedColumn(definition: ColumnDefinition, columnId: number, place: ColumnPlace): Column {
  const computed = definition.computed!;
  const expression = wholeNode(computed.expression);
  const compiled = compileExpression(expression, rowScope(place.columns, place.tableName, place.session));
  if (compiled.volatile === true || VOLATILE.test(computed.text)) {
    throw new Unsupported("computed columns that are not deterministic");
  }
  const model: ComputedColumnModel = {
    definition: definitionText(expression, computed.text),
    persisted: computed.persisted,
    ...mentioned(expressionReferences(expression, place.database)),
  };
  if (definition.nullable !== undefined && !computed.persisted) throw sqlError(8183);
  const nullable = definition.nullable ?? (compiled.nullable || computesMore(compiled.type));
  return {
    columnId,
    name: definition.name,
    type: withCollation(compiled.type, place.database),
    nullable,
    computed: model,
  };
}

export function mentioned(references: readonly ModuleReference[]): { references?: readonly ModuleReference[] } {
  return references.length === 0 ? {} : { references };
}

/** Arithmetic may overflow, so the server calls its result nullable. */
function computesMore(type: SqlType): boolean {
  const family = typeFamily(type);
  return family === "integer" || family === "decimal" || family === "float" || family === "money";
}

function withCollation(type: SqlType, database: Database): SqlType {
  return typeFamily(type) === "string" && type.collation === undefined
    ? { ...type, collation: database.collation }
    : type;
}
