import type { RowTransport } from "../../../src/relay/row-transport.ts";
import { type WireForm, stagingColumns } from "../wire/wire-form.ts";
import { connect, selectText, type Copy, type CopyEnds } from "./copy.ts";

/** Longer than any wait for a server of the bench. */
const timeoutMs = 60_000;

/** As the app copies: one of its transports, from a SELECT into a staging table, in the form that it carries. */
export async function openTransportCopy(transport: RowTransport, form: WireForm, ends: CopyEnds): Promise<Copy> {
  const { benchCase, source, sink } = ends;
  const [from, to] = await Promise.all([connect(source.tds), connect(sink.tds)]);
  const table = form === "native" ? benchCase.name : `${benchCase.name}_${form}`;
  const columns = stagingColumns(benchCase, form);
  const options = { signal: new AbortController().signal, timeoutMs };
  return async (rows) => {
    const read = await transport.openSource(from, { text: selectText(rows, table), params: [] }, options);
    const result = await read.pipe({ connection: to, table: "#copy", columns, options: ["KEEP_NULLS"] });
    if (result.more) throw new Error(`more than ${rows} rows came`);
    return result.rows;
  };
}
