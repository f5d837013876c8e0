import { describeError } from "../describe-error.ts";
import { isConnectionLoss } from "../db/sql-error.ts";
import type { LedgerRow } from "../model/ledger-row.ts";
import { RelayError, RelayTimeout } from "../relay/relay-error.ts";
import { openSource } from "../relay/open-source.ts";
import { stageProbe, stageRows } from "../replica/stage-rows.ts";
import { probeQuery } from "../sql/probe-query.ts";
import type { StageKind } from "../sql/stage-table.ts";
import { attemptOf, type LedgerStep, type TableStep } from "./step.ts";

/** A probe is two rows: a server that says nothing for so long is waiting for something that it will never get, ms. */
const probeTimeoutMs = 15_000;

/** So many probes in a row that end with a lost connection, on a replica that answers otherwise, are no accident. */
const probesBeforeRefusal = 3;

/** So many failures of a table in a row, of which the last is a connection lost in a load, are no accident either. */
const failuresBeforeRefusal = 5;

const settingReason = "ROW_TRANSPORT says so";

/** What a row's transport is chosen from. */
type Choice = Pick<LedgerRow, "transport" | "transportReason">;

/** How the rows of a load that starts now go: as before where that was tried and neither the shape nor an operator asks for a new try. */
export function transportAtStart(step: TableStep, shape: string): Choice {
  const setting = step.tick.config.rowTransport;
  const { row } = step.fence;
  if (row?.shape === shape && isTried(row, setting) && step.planned.view.flags.force === undefined) {
    return { transport: row.transport, transportReason: row.transportReason };
  }
  return { transport: setting === "driver" ? "driver" : "relay" };
}

/**
 * The ledger row with the transport that this step's rows take: what the setting says, what was tried before, or what a probe shows now.
 * A replica that does not take relayed rows gets them by the driver.
 * @throws whatever a probe fails with that says nothing of the form of the rows: an unreachable server, an abort
 */
export async function chooseTransport(step: LedgerStep): Promise<LedgerRow> {
  const { row } = step;
  const setting = step.tick.config.rowTransport;
  if (isTried(row, setting)) return row;
  if (setting === "driver") return byDriver(step, row, settingReason);
  if (setting === "relay") return { ...row, transport: "relay", transportReason: settingReason };
  const refusal = await probeRelay(step);
  if (refusal !== undefined) return byDriver(step, row, refusal);
  return { ...row, transport: "relay", transportReason: "the replica took a probe" };
}

function isTried(row: Choice, setting: LedgerStep["tick"]["config"]["rowTransport"]): boolean {
  if (row.transportReason === undefined) return false;
  const bySetting = row.transportReason === settingReason;
  return setting === "auto" ? !bySetting : bySetting && row.transport === setting;
}

/**
 * The ledger row of a table whose rows go by the driver from now on.
 * @throws Error naming the columns whose values the replica's server would not read back as the primary's writes them
 */
export async function byDriver(step: LedgerStep, row: LedgerRow, reason: string): Promise<LedgerRow> {
  const { tick, shape, signal } = step;
  const changed = await tick.primary.withSession((read) =>
    tick.replica.withSession(async (write) => {
      await write.begin("read committed");
      const statement = probeQuery(shape, "chunk", "driver", false);
      const source = await openSource("driver", read.connection, statement, { signal, timeoutMs: probeTimeoutMs });
      let columns;
      try {
        columns = await stageProbe(write, source, shape);
      } finally {
        await source.close();
      }
      await write.rollback();
      return columns;
    }),
  );
  if (changed.length === 0) return { ...row, transport: "driver", transportReason: reason };
  const list = changed.map(
    ({ name, type, collation }) => `${name} (${[type.name, collation].filter(Boolean).join(", ")})`,
  );
  throw new Error(`carry rows by the driver (${reason}): the replica would change values of ${list.join(", ")}`);
}

/** Why a step's relayed rows should go by the driver from now on; undefined: its error says nothing of that, or the setting decides. */
export function refusalOf(step: LedgerStep, row: LedgerRow, error: unknown): string | undefined {
  if (step.tick.config.rowTransport !== "auto" || row.transport !== "relay" || step.signal.aborted) return undefined;
  if (!(error instanceof RelayError)) return undefined;
  const failures = attemptOf(step.planned);
  if (error.refused || (isTargetLost(error) && failures >= failuresBeforeRefusal)) return refusalText(error);
  return undefined;
}

/** @returns why the replica does not take relayed rows of this table; undefined: it takes them */
async function probeRelay(step: LedgerStep): Promise<string | undefined> {
  for (let attempt = 1; ; attempt++) {
    try {
      await relayProbe(step);
      return undefined;
    } catch (error) {
      if (step.signal.aborted || !(error instanceof RelayError)) throw error;
      if (error.refused) return refusalText(error);
      if (!isTargetLost(error)) throw error;
      if (attempt >= probesBeforeRefusal) {
        // A replica that answers otherwise was not lost by accident.
        await step.tick.replica.query({ text: "SELECT 1 AS one;", params: [] });
        return refusalText(error);
      }
    }
  }
}

/** Relays the probe's rows into both stages, and rolls back. */
async function relayProbe({ tick, shape, signal }: LedgerStep): Promise<void> {
  await tick.primary.withSession((read) =>
    tick.replica.withSession(async (write) => {
      await write.begin("read committed");
      for (const kind of ["chunk", "changes"] satisfies StageKind[]) {
        const statement = probeQuery(shape, kind, "relay", true);
        const source = await openSource("relay", read.connection, statement, { signal, timeoutMs: probeTimeoutMs });
        try {
          await stageRows(write, source, shape, kind);
        } finally {
          await source.close();
        }
      }
      await write.rollback();
    }),
  );
}

/** The server closed the connection in the middle of a load, or waits for bytes that it will not get. */
function isTargetLost(error: RelayError): boolean {
  return error.side === "target" && (error.cause instanceof RelayTimeout || isConnectionLoss(error));
}

function refusalText(error: RelayError): string {
  return `the replica does not take relayed rows: ${describeError(error)}`;
}
