import type { Database } from "../db/database.ts";
import type { Row, Session } from "../db/session.ts";
import { hasSqlErrorNumber } from "../db/sql-error.ts";
import { definitionHash, type ModuleRecord } from "../model/module-record.ts";
import type { NeededObject } from "../model/needed-object.ts";
import { tableKey } from "../model/table-name.ts";
import {
  createModuleLedger,
  forgetModuleStatement,
  holdModuleFence,
  raiseModuleFence,
  recordModuleStatement,
  writeModuleRecordsStatement,
} from "../sql/module-ledger-statements.ts";
import type { Statement } from "../sql/statement.ts";

/** Another worker has raised the fence of the modules: this run may not write any more. */
export class ModuleFenceLost extends Error {
  override readonly name = "ModuleFenceLost";

  constructor() {
    super("write the modules' ledger: another worker has taken the modules over");
  }
}

/** Runs a query that reads the modules' ledger; makes the ledger where the replica has none yet. */
export async function queryModuleLedger(replica: Database, statement: Statement): Promise<Row[][]> {
  try {
    return await replica.query(statement);
  } catch (error) {
    // 208: invalid object name.
    if (!hasSqlErrorNumber(error, 208)) throw error;
    await replica.withSession((session) => session.batch(createModuleLedger));
    return replica.query(statement);
  }
}

export function readModuleRecord(row: Row): ModuleRecord {
  return {
    kind: row["kind"] as ModuleRecord["kind"],
    name: { schema: row["schema_name"] as string, name: row["object_name"] as string },
    created: row["created"] === true,
    primaryObjectId: row["primary_object_id"] as number,
    source: row["source_hash"] as string,
    replicaHash: row["replica_hash"] as string,
  };
}

/** Takes the modules over: every older fence is void from here on. */
export async function raiseFence(replica: Database): Promise<bigint> {
  const [rows] = await replica.query(raiseModuleFence);
  const fence = rows?.[0]?.["fence"];
  if (typeof fence !== "string")
    throw new Error("raise the fence of the modules: mssql_sync.module_fence holds no row");
  return BigInt(fence);
}

/**
 * Holds the fence until the transaction ends.
 * @param around texts to run in the same batch; what comes after is rolled back with everything else where the fence is lost
 * @throws ModuleFenceLost
 */
export async function holdFence(
  session: Session,
  fence: bigint,
  around: { readonly before: string; readonly after: string } = { before: "", after: "" },
): Promise<void> {
  const [rows] = await session.batch(`${around.before}\n${holdModuleFence}\n${around.after}`);
  if (rows?.[0]?.["fence"] !== fence.toString()) throw new ModuleFenceLost();
}

/** Inside the transaction that made the module. */
export async function recordModule(session: Session, record: Omit<ModuleRecord, "replicaHash">): Promise<void> {
  const [rows] = await session.query(recordModuleStatement(record));
  if (rows?.[0]?.["recorded"] !== 1) {
    throw new Error(`record ${tableKey(record.name)}: the replica does not show it, or hides its definition`);
  }
}

/** Inside the transaction that made the object. It is this app's own, then. */
export async function recordNeededObject(session: Session, object: NeededObject): Promise<void> {
  const hash = definitionHash(object.definition);
  const { kind, name, id } = object;
  const record = { kind, name, created: true, primaryObjectId: id, source: hash, replicaHash: hash };
  await session.query(writeModuleRecordsStatement([record]));
}

/** Writes what is known already and forgets what is gone, all in one transaction under the fence. */
export async function writeModuleRecords(
  replica: Database,
  fence: bigint,
  records: readonly ModuleRecord[],
  gone: readonly ModuleRecord[],
): Promise<void> {
  await replica.withTransaction("read committed", async (session) => {
    await holdFence(session, fence);
    for (const { kind, name } of gone) await session.query(forgetModuleStatement(kind, name));
    if (records.length > 0) await session.query(writeModuleRecordsStatement(records));
  });
}
