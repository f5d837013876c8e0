import { Request, type Connection } from "tedious";
import type { BenchColumn } from "../bench-case.ts";
import { connect, selectText, type Copy, type CopyEnds } from "./copy.ts";
import { driverTypeOf } from "./driver-type-of.ts";
import { readRows } from "./read-rows.ts";

/** As a first attempt copies: it reads JS values and sends a MERGE with parameters for each row. */
export async function openMergeCopy({ benchCase, source, sink }: CopyEnds): Promise<Copy> {
  const [from, to] = await Promise.all([connect(source.tds), connect(sink.tds)]);
  const text = mergeText(benchCase.columns);
  return async (rows) => {
    let merged = 0;
    for await (const row of readRows(from, selectText(rows, benchCase.name))) {
      merged += await mergeRow(to, text, benchCase.columns, row);
    }
    return merged;
  };
}

function mergeText(columns: readonly BenchColumn[]): string {
  const [key, ...others] = columns.map(({ name }) => name);
  return `MERGE dbo.Copy AS t
USING (SELECT ${columns.map(({ name }) => `@${name} AS ${name}`).join(", ")}) AS s ON t.${key} = s.${key}
WHEN MATCHED THEN UPDATE SET ${others.map((name) => `${name} = s.${name}`).join(", ")}
WHEN NOT MATCHED THEN INSERT (${columns.map(({ name }) => name).join(", ")})
  VALUES (${columns.map(({ name }) => `s.${name}`).join(", ")});`;
}

function mergeRow(
  connection: Connection,
  text: string,
  columns: readonly BenchColumn[],
  row: readonly unknown[],
): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = new Request(text, (error, count) => (error ? reject(error) : resolve(count ?? 0)));
    columns.forEach(({ name, type }, at) => {
      const driverType = driverTypeOf(type);
      request.addParameter(name, driverType.type, row[at], driverType.options);
    });
    connection.execSql(request);
  });
}
