import type { Session } from "../db/session.ts";
import type { TableShape } from "../model/table-shape.ts";
import type { PipeResult, RelaySource } from "../relay/row-transport.ts";
import { createStage, stageColumns, type StageKind, stageName } from "../sql/stage-table.ts";

/** Makes the temp table and loads the next rows of a read into it, in the caller's transaction. */
export async function stageRows(
  session: Session,
  source: RelaySource,
  shape: TableShape,
  kind: StageKind,
  maxRows?: number,
): Promise<PipeResult> {
  await session.batch(createStage(shape, kind));
  return source.pipe(
    {
      connection: session.connection,
      table: stageName(kind),
      columns: stageColumns(shape, kind),
      options: ["KEEP_NULLS"],
    },
    maxRows === undefined ? {} : { maxRows },
  );
}
