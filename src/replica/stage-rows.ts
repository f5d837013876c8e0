import type { Row, Session } from "../db/session.ts";
import { type ColumnShape, type TableShape, replicatedColumns } from "../model/table-shape.ts";
import type { PipeResult, RelaySource } from "../relay/row-transport.ts";
import { carrierName } from "../sql/carried-column.ts";
import {
  carrierColumns,
  carrierTable,
  createCarrierTable,
  dropCarrierTable,
  fillStage,
  innerTypesQuery,
  variantColumns,
} from "../sql/carrier-table.ts";
import { carriedDifferences } from "../sql/probe-query.ts";
import { createStage, stageColumns, type StageKind, stageName } from "../sql/stage-table.ts";
import { parseInnerType, restoreVariants } from "../sql/variant-carrier.ts";
import { applyTimeoutMs } from "./run-apply.ts";

/**
 * Makes the temp table and loads the next rows of a read into it, in the caller's transaction: straight away where they are relayed,
 * by way of a carrier table where they come through the driver.
 */
export async function stageRows(
  session: Session,
  source: RelaySource,
  shape: TableShape,
  kind: StageKind,
  maxRows?: number,
): Promise<PipeResult> {
  const driver = source.transport === "driver";
  await session.batch(driver ? createCarriedStage(shape, kind) : createStage(shape, kind));
  const result = await source.pipe(
    {
      connection: session.connection,
      table: driver ? carrierTable(kind) : stageName(kind),
      columns: driver ? carrierColumns(shape, kind) : stageColumns(shape, kind),
      options: ["KEEP_NULLS"],
    },
    maxRows === undefined ? {} : { maxRows },
  );
  if (driver) await fillFromCarriers(session, shape, kind, dropCarrierTable(kind));
  return result;
}

/**
 * Stages a single row of constants by way of the carriers and compares the two.
 * @returns the columns that the replica's server does not read back as they were written
 */
export async function stageProbe(session: Session, source: RelaySource, shape: TableShape): Promise<ColumnShape[]> {
  const kind = "chunk";
  await session.batch(createCarriedStage(shape, kind));
  await source.pipe({
    connection: session.connection,
    table: carrierTable(kind),
    columns: carrierColumns(shape, kind),
    options: ["KEEP_NULLS"],
  });
  const [rows] = await fillFromCarriers(session, shape, kind, carriedDifferences(shape, kind));
  if (rows?.length !== 1) throw new Error(`stage a row of constants: the replica holds ${rows?.length ?? 0} of it`);
  return replicatedColumns(shape).filter((_, at) => rows[0]?.[`k${at}`] !== 0);
}

function createCarriedStage(shape: TableShape, kind: StageKind): string {
  return `${createStage(shape, kind)}\n${createCarrierTable(shape, kind)}`;
}

/** @param behind runs in the same round trip, behind the filling; its rowsets are returned */
async function fillFromCarriers(
  session: Session,
  shape: TableShape,
  kind: StageKind,
  behind: string,
): Promise<Row[][]> {
  const run = (text: string) => session.batch(text, { timeoutMs: applyTimeoutMs });
  for (const { name, at } of variantColumns(shape, kind)) {
    const [types = []] = await run(innerTypesQuery(kind, at));
    const inners = types.map((row) => parseInnerType(name, row["inner_type"] as string));
    for (const batch of restoreVariants(carrierTable(kind), carrierName(at), inners)) await run(batch);
  }
  return run(`${fillStage(shape, kind)}\n${behind}`);
}
