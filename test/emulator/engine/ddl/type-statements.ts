import type { SequenceObject, TableTypeObject } from "../../storage/database-model.ts";
import { SYS_SCHEMA_ID } from "../../storage/database.ts";
import type {
  AlterSequenceStatement,
  CreateSequenceStatement,
  CreateSynonymStatement,
  CreateTypeStatement,
  SequenceOptions,
} from "../../tsql/ast-ddl.ts";
import type { ColumnDefinition } from "../../tsql/ast-tables.ts";
import { systemType } from "../../tsql/system-type.ts";
import { isClr, typeFamily } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import { databaseOf, findObject, writtenName } from "../session/resolve-name.ts";
import type { Scope } from "../session/scope.ts";
import type { Session } from "../session/session.ts";
import { StatementContext } from "../statement-context.ts";
import { defineTable } from "./create-table.ts";
import { schemaFor } from "./object-place.ts";
import { TableDraft } from "./table-parts.ts";

/** CREATE TYPE. @throws SqlError 219, 2760 */
export function createType(statement: CreateTypeStatement, session: Session, scope: Scope): void {
  const database = databaseOf(statement.name, session);
  const { current } = session.transactions;
  session.transactions.requireWritable();
  const schemaId = schemaFor(statement.name, database, session);
  if (database.findType(schemaId, statement.name.name, current)) throw sqlError(219, writtenName(statement.name));
  const userTypeId = Math.max(256, ...[...database.types.values(current)].map((type) => type.userTypeId)) + 1;
  const { definition } = statement;
  if (definition.kind === "alias-type") {
    const type = systemType(definition.base, "declaration");
    if (!type) throw sqlError(2715, 1, definition.base.name);
    if (isClr(type)) throw new Unsupported(`an alias type of ${type.name}`);
    const collated = typeFamily(type) === "string" ? { ...type, collation: database.collation } : type;
    database.types.set(current, userTypeId, {
      userTypeId,
      schemaId,
      name: statement.name.name,
      nullable: definition.nullable ?? true,
      type: collated,
    });
    return;
  }
  const objectId = database.newObjectId();
  // The object behind the type, and what belongs to it, lie in the schema sys.
  const draft = new TableDraft(
    { database, schemaId: SYS_SCHEMA_ID, objectId, name: statement.name.name },
    session,
    scope,
  );
  if (definition.table.constraints.some((constraint) => constraint.kind === "foreign-key")) {
    throw new Unsupported("a foreign key in a table type");
  }
  if (definition.table.period || definition.table.columns.some(isSpecial))
    throw new Unsupported("a table type with a period, or with sparse, encrypted or generated columns");
  defineTable(draft, definition.table, statement.name.name, false);
  const now = session.engine.clock.now();
  const object: TableTypeObject = {
    kind: "table-type",
    objectId,
    schemaId: SYS_SCHEMA_ID,
    name: `TT_${statement.name.name.slice(0, 100)}_${objectId.toString(16).toUpperCase().padStart(8, "0")}`,
    parentObjectId: 0,
    createDate: now,
    modifyDate: now,
    columns: draft.columns,
    maxColumnId: draft.columns.length,
    indexes: draft.indexes,
    userTypeId,
  };
  database.addObject(current, object);
  for (const part of draft.added) database.addObject(current, part);
  database.types.set(current, userTypeId, {
    userTypeId,
    schemaId,
    name: statement.name.name,
    nullable: false,
    tableTypeObjectId: objectId,
  });
}

const LIMITS: Readonly<Record<string, readonly [bigint, bigint]>> = {
  tinyint: [0n, 255n],
  smallint: [-32768n, 32767n],
  int: [-2147483648n, 2147483647n],
  bigint: [-9223372036854775808n, 9223372036854775807n],
};

function limitsOf(type: SqlType): readonly [bigint, bigint] {
  const known = LIMITS[type.name];
  if (known) return known;
  const most = 10n ** BigInt(type.precision ?? 18) - 1n;
  return [-most, most];
}

/** CREATE SEQUENCE. @throws SqlError 2714, 11702-like */
export function createSequence(statement: CreateSequenceStatement, session: Session, scope: Scope): void {
  const database = databaseOf(statement.name, session);
  session.transactions.requireWritable();
  const context = new StatementContext(session, scope);
  const type: SqlType = statement.type ? context.dataType(statement.type, "declaration") : { name: "bigint" };
  const now = session.engine.clock.now();
  const objectId = database.newObjectId();
  const [low, high] = limitsOf(type);
  const { options } = statement;
  const increment = BigInt(options.increment ?? "1");
  if (increment === 0n) throw sqlError(11700, writtenName(statement.name));
  const minimum = bound(options.minimum, low);
  const maximum = bound(options.maximum, high);
  const start = options.start === undefined ? (increment > 0n ? minimum : maximum) : BigInt(options.start);
  const object: SequenceObject = {
    kind: "sequence",
    objectId,
    schemaId: schemaFor(statement.name, database, session),
    name: statement.name.name,
    parentObjectId: 0,
    createDate: now,
    modifyDate: now,
    type,
    start,
    increment,
    minimum,
    maximum,
    cycling: options.cycle ?? false,
    ...cacheOf(options),
    state: { current: start, used: false },
  };
  database.addObject(session.transactions.current, object);
}

function bound(written: string | undefined, otherwise: bigint): bigint {
  return written === undefined || written === "none" ? otherwise : BigInt(written);
}

function cacheOf(options: SequenceOptions): { cached: boolean; cacheSize: number | undefined } {
  if (options.cache === "no") return { cached: false, cacheSize: undefined };
  return {
    cached: true,
    cacheSize: options.cache === undefined || options.cache === "default" ? undefined : Number(options.cache),
  };
}

export function alterSequence(statement: AlterSequenceStatement, session: Session, scope: Scope): void {
  const found = findObject(statement.name, session, scope);
  if (found?.object.kind !== "sequence") throw sqlError(208, writtenName(statement.name));
  const { object, database } = found;
  const { options } = statement;
  const [low, high] = limitsOf(object.type);
  const start = options.start === undefined ? object.start : BigInt(options.start);
  const changed: SequenceObject = {
    ...object,
    start,
    increment: options.increment === undefined ? object.increment : BigInt(options.increment),
    minimum: options.minimum === undefined ? object.minimum : bound(options.minimum, low),
    maximum: options.maximum === undefined ? object.maximum : bound(options.maximum, high),
    cycling: options.cycle ?? object.cycling,
    ...(options.cache === undefined ? {} : cacheOf(options)),
    modifyDate: session.engine.clock.now(),
    state: statement.restart ? { current: start, used: false } : object.state,
  };
  database.replaceObject(session.transactions.current!, changed);
}

/** CREATE SYNONYM: what it stands for need not be there. */
export function createSynonym(statement: CreateSynonymStatement, session: Session): void {
  const database = databaseOf(statement.name, session);
  session.transactions.requireWritable();
  const { target } = statement;
  const bracketed = [target.server, target.database, target.schema, target.name]
    .filter((part) => part !== undefined)
    .map((part) => `[${part.replace(/\]/g, "]]")}]`)
    .join(".");
  const now = session.engine.clock.now();
  database.addObject(session.transactions.current, {
    kind: "synonym",
    objectId: database.newObjectId(),
    schemaId: schemaFor(statement.name, database, session),
    name: statement.name.name,
    parentObjectId: 0,
    createDate: now,
    modifyDate: now,
    baseObjectName: bracketed,
  });
}

/** Columns that only tables have. */
function isSpecial({ sparse, columnSet, filestream, encrypted, generatedAlways }: ColumnDefinition): boolean {
  return sparse || columnSet || filestream || encrypted !== undefined || generatedAlways !== undefined;
}
