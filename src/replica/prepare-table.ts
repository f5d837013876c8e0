import type { Database } from "../db/database.ts";
import type { Session } from "../db/session.ts";
import { isConnectionLoss, isTransient, sqlErrorNumber } from "../db/sql-error.ts";
import { definitionHash, moduleSource } from "../model/module-record.ts";
import type { InspectedTable } from "../model/replica-table.ts";
import type { NeededFunction, TableShape } from "../model/table-shape.ts";
import { columnDeclaration } from "../sql/column-type.ts";
import { type CreationSite, constraintNames, createTableStatements } from "../sql/create-table.ts";
import { readHeader } from "../sql/definition-header.ts";
import { createModuleLedger } from "../sql/module-ledger-statements.ts";
import { quoteName, quoteTable, quoteText } from "../sql/quote.ts";
import { siteQuery } from "../sql/site-query.ts";
import { type Misfit, fitReplicaTable } from "./fit-replica-table.ts";
import { inspectReplicaTable } from "./inspect-replica-table.ts";
import { recordModule } from "./module-ledger.ts";

export type PreparedTable =
  | {
      readonly kind: "ready";
      /** The table was missing and was made now. */
      readonly created: boolean;
      readonly replica: InspectedTable;
    }
  | ({ readonly kind: "blocked" } & Misfit);

/**
 * Makes sure that the replica has a table which can take the primary's rows: makes a missing one with all that it needs
 * in one transaction, inspects one that is there. Doing it again gives the same result.
 * @throws Error when the replica cannot be reached or is too busy: trying again later helps
 */
export async function prepareTable(replica: Database, shape: TableShape): Promise<PreparedTable> {
  const existing = await replica.withSession((session) => inspectReplicaTable(session, shape.table));
  if (existing !== undefined) return fitted(shape, existing, false);
  for (const needed of shape.functions) {
    const obstacle = functionObstacle(needed);
    if (obstacle !== undefined) return { kind: "blocked", ...obstacle };
  }
  let made: InspectedTable | undefined;
  try {
    made = await replica.withTransaction("read committed", (session) => createTable(session, shape));
  } catch (error) {
    if (isTransient(error) || isConnectionLoss(error) || sqlErrorNumber(error) === undefined) throw error;
    // Another worker may have made it in the meantime.
    const meanwhile = await replica.withSession((session) => inspectReplicaTable(session, shape.table));
    if (meanwhile !== undefined) return fitted(shape, meanwhile, false);
    return refused(shape, error);
  }
  if (made === undefined) throw new Error(`create ${quoteTable(shape.table)}: the replica does not show it afterwards`);
  return fitted(shape, made, true);
}

function fitted(shape: TableShape, replica: InspectedTable, created: boolean): PreparedTable {
  const misfit = fitReplicaTable(shape, replica);
  return misfit === undefined ? { kind: "ready", created, replica } : { kind: "blocked", ...misfit };
}

/** Why a function that the table needs cannot be made from what the primary's catalog tells. */
function functionObstacle({ name, definition }: NeededFunction): Misfit | undefined {
  const text = quoteTable(name);
  if (definition === undefined) {
    return {
      what: `the table needs the function ${text}, whose definition is encrypted, CLR or hidden`,
      fix: `create ${text} and the table on the replica by hand`,
    };
  }
  if (readHeader(definition) === undefined) {
    return {
      what: `the table needs the function ${text}, and the head of its definition could not be read`,
      fix: `create ${text} again on the primary, or create it and the table on the replica by hand`,
    };
  }
  return undefined;
}

async function createTable(session: Session, shape: TableShape): Promise<InspectedTable | undefined> {
  const site = await readSite(session, shape);
  const missing = await missingFunctions(session, shape);
  for (const statement of createTableStatements(shape, site)) await session.batch(statement);
  await recordFunctions(session, missing);
  return inspectReplicaTable(session, shape.table);
}

async function missingFunctions(session: Session, { functions }: TableShape): Promise<readonly NeededFunction[]> {
  if (functions.length === 0) return [];
  const ids = functions.map(({ name }) => `OBJECT_ID(${quoteText(quoteTable(name))})`);
  const [rows] = await session.batch(`SELECT ${ids.map((id, at) => `${id} AS f${at}`).join(", ")};`);
  return functions.filter((_, at) => rows?.[0]?.[`f${at}`] === null);
}

/** They are this app's own from now on: module sync follows them, and drops them when the primary has them no more. */
async function recordFunctions(session: Session, functions: readonly NeededFunction[]): Promise<void> {
  if (functions.length > 0) await session.batch(createModuleLedger);
  for (const { name, objectId, definition, ...settings } of functions) {
    if (definition === undefined) continue;
    const source = moduleSource(definitionHash(definition), settings);
    await recordModule(session, { kind: "module", name, created: true, primaryObjectId: objectId, source });
  }
}

async function readSite(session: Session, shape: TableShape): Promise<CreationSite> {
  const [facts, taken, types] = await session.query(siteQuery(shape));
  const ids = taken?.[0] ?? {};
  return {
    collation: facts?.[0]?.["collation_name"] as string,
    defaultSchema: (facts?.[0]?.["default_schema"] as string | null | undefined) ?? "",
    takenNames: new Set(constraintNames(shape).filter((_, at) => ids[`n${at}`] !== null)),
    aliasTypes: new Map(
      (types ?? []).map((row) => {
        const collation = row["collation_name"];
        const declaration = columnDeclaration({
          type: {
            name: row["base_type"] as string,
            maxLength: row["max_length"] as number,
            precision: row["precision"] as number,
            scale: row["scale"] as number,
          },
          collation: typeof collation === "string" ? collation : undefined,
        });
        return [quoteTable({ schema: row["schema_name"] as string, name: row["type_name"] as string }), declaration];
      }),
    ),
  };
}

/** The server's refusal to make the table, with the statement that helps where its number tells which. */
function refused(shape: TableShape, error: unknown): PreparedTable {
  const number = sqlErrorNumber(error);
  return {
    kind: "blocked",
    what: `the replica refuses to make the table: ${serverText(error)} (error ${number ?? "unknown"})`,
    fix: refusalFix(shape, number),
  };
}

function refusalFix(shape: TableShape, number: number | undefined): string | undefined {
  switch (number) {
    case 262: // CREATE TABLE permission denied in database
    case 2760: // the schema does not exist or may not be used
    case 2759: // CREATE SCHEMA failed
      return `GRANT CREATE TABLE, CREATE SCHEMA, CREATE TYPE, CREATE FUNCTION TO [login's user on the replica]; GRANT CONTROL ON SCHEMA::${quoteName(shape.table.schema)} TO [the same user];`;
    case 4121: // cannot find the function
    case 208: // invalid object name
      return `create on the replica what the table's defaults and computed columns call, or GRANT SELECT ON sys.sql_expression_dependencies to the login's user on the primary, so that its functions are found`;
    case 2714: // the name is taken
      return `another object is called ${quoteTable(shape.table)} on the replica: rename or drop it`;
    default:
      return undefined;
  }
}

function serverText(error: unknown): string {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    if (sqlErrorNumber(at) !== undefined && sqlErrorNumber(at.cause) === undefined) return at.message;
  }
  return error instanceof Error ? error.message : String(error);
}
