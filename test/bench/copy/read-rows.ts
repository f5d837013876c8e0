import { Request, type Connection } from "tedious";

/** Rows that wait before the read is paused. */
const waitingRows = 500;

/** A statement's rows as the driver decodes them, as they come: faster than to gather them all first. */
export async function* readRows(connection: Connection, text: string): AsyncGenerator<unknown[], void, undefined> {
  let waiting: unknown[][] = [];
  let over = false;
  let failure: Error | undefined;
  let wake: () => void = () => undefined;
  const request = new Request(text, (error) => {
    over = true;
    failure = error ?? undefined;
    wake();
  });
  request.on("row", (columns: readonly { readonly value: unknown }[]) => {
    waiting.push(columns.map(({ value }) => value));
    if (waiting.length >= waitingRows) request.pause();
    wake();
  });
  connection.execSqlBatch(request);
  for (;;) {
    const rows = waiting;
    waiting = [];
    yield* rows;
    if (waiting.length > 0) continue;
    if (failure !== undefined) throw failure;
    if (over) return;
    request.resume();
    await new Promise<void>((resolve) => (wake = resolve));
  }
}
