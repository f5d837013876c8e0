import { Request } from "tedious";
import type { Connection } from "tedious";
import type sql from "mssql";
import type { StepOutcome } from "./compare-step.ts";

interface PoolWithConnections {
  acquire(requester: unknown): Promise<Connection>;
  release(connection: Connection): void;
}

/**
 * Runs one batch as it stands (no sp_executesql) on the pool's single connection, and keeps all that the server says: mssql's own
 * `batch` rejects at the first error and drops the rest.
 */
export async function runStep(pool: sql.ConnectionPool, text: string): Promise<StepOutcome> {
  const connections = pool as unknown as PoolWithConnections;
  const connection = await connections.acquire(null);
  const resultSets: unknown[][][] = [];
  const errors: { number: number | undefined; message: string }[] = [];
  const messages: string[] = [];
  const onError = (error: { number?: number; message: string }) => {
    errors.push({ number: error.number, message: error.message });
  };
  const onInfo = (info: { number: number; message: string }) => {
    // Changes of database and language are announced too; only what the batch itself says counts.
    if (info.number !== 5701 && info.number !== 5703) messages.push(info.message);
  };
  connection.on("errorMessage", onError);
  connection.on("infoMessage", onInfo);
  try {
    await new Promise<void>((resolve) => {
      const request = new Request(text, (error) => {
        if (error != null && errors.length === 0) errors.push({ number: undefined, message: error.message });
        resolve();
      });
      request.on("columnMetadata", () => resultSets.push([]));
      request.on("row", (row: { value: unknown }[]) => resultSets.at(-1)!.push(row.map((column) => column.value)));
      connection.execSqlBatch(request);
    });
  } finally {
    connection.off("errorMessage", onError);
    connection.off("infoMessage", onInfo);
    connections.release(connection);
  }
  return { resultSets, errors, messages };
}
