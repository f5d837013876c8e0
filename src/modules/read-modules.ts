import type { Database } from "../db/database.ts";
import { groupRows } from "../db/group-rows.ts";
import type { Row, Session } from "../db/session.ts";
import type { ModuleRecord } from "../model/module-record.ts";
import { type Module, moduleTypes, type ViewIndex } from "../model/module.ts";
import type { Dependency, ModulesView } from "../model/modules-view.ts";
import { selectModuleRecords } from "../sql/module-ledger-statements.ts";
import {
  definitionsPage,
  definitionsQuery,
  dependenciesQuery,
  hashesQuery,
  modulesQuery,
} from "../sql/modules-query.ts";
import type { Definition } from "./module-step.ts";
import { queryModuleLedger, readModuleRecord } from "../replica/module-ledger.ts";
import { readNeededObjects } from "./read-needed-objects.ts";

/** Hashes of definitions by object_id, with the modify_date that they belong to: what did not change is not hashed again. */
export type HashMemory = Map<number, { readonly modifiedAt: string; readonly hash: string | undefined }>;

export interface ReplicaModules extends ModulesView {
  readonly records: readonly ModuleRecord[];
}

/** Two queries at most, whatever the number of modules; one where nothing changed since the last time. */
export async function readPrimaryModules(primary: Database, memory: HashMemory): Promise<ModulesView> {
  return readView(primary, await primary.query(modulesQuery), memory);
}

/** As the primary's, with the records of the ledger, which is made where it is missing. */
export async function readReplicaModules(replica: Database, memory: HashMemory): Promise<ReplicaModules> {
  const statement = { text: `${modulesQuery.text}\n${selectModuleRecords}`, params: [] };
  const rowsets = await queryModuleLedger(replica, statement);
  const records = (rowsets.pop() ?? []).map(readModuleRecord);
  return { ...(await readView(replica, rowsets, memory)), records };
}

async function readView(database: Database, rowsets: readonly Row[][], memory: HashMemory): Promise<ModulesView> {
  const [facts, modules, indexes, ...needed] = rowsets;
  const rows = modules ?? [];
  const hashes = await readHashes(database, rows, memory);
  // A disabled index of the primary is no part of what is followed; one of the replica stands in the way of a new one.
  const followed = (indexes ?? []).filter((row) => database.role === "replica" || row["is_disabled"] !== true);
  const viewIndexes = groupRows(followed, "object_id");
  const fact = facts?.[0] ?? {};
  return {
    seesAll: fact["sees_all"] === 1,
    seesDependencies: fact["sees_dependencies"] === 1,
    defaultSchema: typeof fact["default_schema"] === "string" ? fact["default_schema"] : "dbo",
    caseSensitive: /_(CS|BIN2?)(_|$)/.test(String(fact["collation_name"])),
    modules: rows.map((row) => moduleOf(row, hashes, viewIndexes.get(row["object_id"]) ?? [])),
    needed: readNeededObjects(needed),
  };
}

/** A change within the last seconds may be followed by another one with the same modify_date: it is not remembered. */
async function readHashes(
  database: Database,
  rows: readonly Row[],
  memory: HashMemory,
): Promise<Map<number, string | undefined>> {
  const hashes = new Map<number, string | undefined>();
  const unknown: Row[] = [];
  for (const row of rows) {
    const id = row["object_id"] as number;
    const known = memory.get(id);
    if (known?.modifiedAt === row["modified_at"]) hashes.set(id, known?.hash);
    else unknown.push(row);
  }
  if (unknown.length > 0) {
    const [found] = await database.query(hashesQuery(unknown.map((row) => row["object_id"] as number)));
    for (const row of found ?? []) hashes.set(row["object_id"] as number, (row["hash"] as string | null) ?? undefined);
  }
  memory.clear();
  for (const row of rows) {
    const id = row["object_id"] as number;
    if (row["settled"] === 1) memory.set(id, { modifiedAt: row["modified_at"] as string, hash: hashes.get(id) });
  }
  return hashes;
}

function moduleOf(row: Row, hashes: ReadonlyMap<number, string | undefined>, indexes: readonly Row[]): Module {
  const objectId = row["object_id"] as number;
  const type = row["type"] as string;
  return {
    name: { schema: row["schema_name"] as string, name: row["name"] as string },
    objectId,
    type: moduleTypes.find((known) => known === type) ?? "CLR",
    hash: hashes.get(objectId),
    encrypted: row["is_encrypted"] === 1,
    numbered: row["is_numbered"] === 1,
    ansiNulls: row["uses_ansi_nulls"] === true,
    quotedIdentifier: row["uses_quoted_identifier"] === true,
    schemaBound: row["is_schema_bound"] === true,
    indexes: [...groupRows(indexes, "index_name").values()].map((columns) => indexOf(columns)),
  };
}

function indexOf(columns: readonly Row[]): ViewIndex {
  const first = columns[0] ?? {};
  return {
    name: first["index_name"] as string,
    clustered: first["type"] === 1,
    unique: first["is_unique"] === true,
    keys: columns
      .filter((row) => row["is_included_column"] !== true)
      .map((row) => ({ column: row["column_name"] as string, descending: row["is_descending_key"] === true })),
    included: columns.filter((row) => row["is_included_column"] === true).map((row) => row["column_name"] as string),
    fillFactor: first["fill_factor"] as number,
    disabled: first["is_disabled"] === true,
  };
}

/** Nothing where the login may not read them: modules are tried in the given order then. */
export async function readDependencies(database: Database, view: ModulesView): Promise<Dependency[]> {
  if (!view.seesDependencies) return [];
  const [rows] = await database.query(dependenciesQuery);
  return (rows ?? []).map((row) => ({
    from: row["referencing_id"] as number,
    to: row["referenced_id"] as number,
    ofType: row["referenced_class"] === 6,
    bound: row["referenced_class"] === 6 || row["is_schema_bound_reference"] === true,
  }));
}

/** Reads the texts that are not known yet, a page at a time. A module that is gone by now is left out. */
export async function readDefinitions(
  session: Session,
  objectIds: readonly number[],
  known: Map<number, Definition>,
): Promise<void> {
  const missing = objectIds.filter((id) => !known.has(id));
  for (let at = 0; at < missing.length; at += definitionsPage) {
    const [rows] = await session.query(definitionsQuery(missing.slice(at, at + definitionsPage)));
    for (const row of rows ?? []) {
      const text = row["definition"];
      if (typeof text !== "string") continue;
      known.set(row["object_id"] as number, {
        text,
        ansiNulls: row["uses_ansi_nulls"] === true,
        quotedIdentifier: row["uses_quoted_identifier"] === true,
      });
    }
  }
}
