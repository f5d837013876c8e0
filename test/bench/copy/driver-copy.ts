import type { Connection } from "tedious";
import type { BenchColumn } from "../bench-case.ts";
import { connect, selectText, type Copy, type CopyEnds } from "./copy.ts";
import { driverTypeOf } from "./driver-type-of.ts";
import { readRows } from "./read-rows.ts";

/** As a plain program copies: it reads JS values and gives them to the driver's bulk load. */
export async function openDriverCopy({ benchCase, source, sink }: CopyEnds): Promise<Copy> {
  const [from, to] = await Promise.all([connect(source.tds), connect(sink.tds)]);
  return async (rows) => bulkLoad(to, benchCase.columns, readRows(from, selectText(rows, benchCase.name)));
}

function bulkLoad(
  connection: Connection,
  columns: readonly BenchColumn[],
  rows: AsyncIterable<unknown[]>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const load = connection.newBulkLoad("#copy", { keepNulls: true }, (error, count) =>
      error ? reject(error) : resolve(count ?? 0),
    );
    for (const { name, type, nullable } of columns) {
      const driverType = driverTypeOf(type);
      load.addColumn(name, driverType.type, { nullable, ...driverType.options });
    }
    connection.execBulkLoad(load, rows);
  });
}
