import type { Database } from "../db/database.ts";
import { type TableName, tableKey } from "../model/table-name.ts";
import { refuseShape } from "../model/table-shape.ts";
import { preflight } from "../primary/preflight.ts";
import { readShape } from "../primary/read-shape.ts";
import { fitReplicaTable } from "../replica/fit-replica-table.ts";
import { inspectReplicaTable } from "../replica/inspect-replica-table.ts";

/** Something that blocks a table, or would. */
export interface Obstacle {
  readonly what: string;
  readonly fix?: string | undefined;
}

/** A tracked table with all that is in its way on both servers now. */
export interface TableLook {
  /** `tableKey` */
  readonly table: string;
  readonly obstacles: readonly Obstacle[];
}

/**
 * Looks at a tracked table as its next step would, and changes nothing: whether it can be replicated, whether the primary lets every row and value be
 * read, whether the replica's table, where there is one, can take them.
 */
export async function lookAtTable(primary: Database, replica: Database, table: TableName): Promise<TableLook> {
  const key = tableKey(table);
  const [shape, unreadable] = await primary.withSession(async (session) => {
    const found = await readShape(session, table);
    if (found === undefined) return [undefined, undefined];
    return [found, refuseShape(found) === undefined ? await preflight(session, found) : undefined];
  });
  // Dropped, or no longer tracked, since the primary was asked for its tables.
  if (shape === undefined) return { table: key, obstacles: [] };
  const refused = refuseShape(shape);
  if (refused !== undefined) return { table: key, obstacles: [{ what: refused }] };
  const there = await replica.withSession((session) => inspectReplicaTable(session, table));
  const misfit = there === undefined ? undefined : fitReplicaTable(shape, there);
  return { table: key, obstacles: [unreadable, misfit].filter((obstacle) => obstacle !== undefined) };
}
