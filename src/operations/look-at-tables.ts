import type { Clock } from "../clock.ts";
import type { TableName } from "../model/table-name.ts";
import type { TableLook } from "./table-look.ts";

export interface TableLooks {
  readonly looks: readonly TableLook[];
  /** Tables that could not be looked at, with what failed. */
  readonly failed: readonly { readonly table: TableName; readonly error: unknown }[];
  /** For which there was no time. */
  readonly left: number;
}

/** Looks at some tables at a time until all are done or `limitMs` are over; one that fails does not keep the others from it. */
export async function lookAtTables(
  tables: readonly TableName[],
  look: (table: TableName) => Promise<TableLook>,
  limits: { readonly atOnce: number; readonly limitMs: number; readonly clock: Pick<Clock, "now"> },
): Promise<TableLooks> {
  const end = limits.clock.now() + limits.limitMs;
  const queue = [...tables];
  const looks: TableLook[] = [];
  const failed: { table: TableName; error: unknown }[] = [];
  const worker = async (): Promise<void> => {
    while (limits.clock.now() < end) {
      const table = queue.shift();
      if (table === undefined) return;
      try {
        looks.push(await look(table));
      } catch (error) {
        failed.push({ table, error });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, limits.atOnce) }, worker));
  return { looks, failed, left: queue.length };
}
