import type { Connection } from "tedious";
import type { Transport } from "../model/ledger-row.ts";
import type { Statement } from "../sql/statement.ts";
import { driverTransport } from "./driver-rows.ts";
import { relayTransport } from "./relay-rows.ts";
import type { RelayOptions, RelaySource } from "./row-transport.ts";

/** Runs a read whose rows are to go by the transport; it must select what that transport carries (sql/select-list.ts). */
export function openSource(
  transport: Transport,
  connection: Connection,
  statement: Statement,
  options: RelayOptions,
): Promise<RelaySource> {
  const rows = transport === "relay" ? relayTransport : driverTransport;
  return rows.openSource(connection, statement, options);
}
