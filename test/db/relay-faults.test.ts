import { describe, expect, it } from "vitest";
import type { RelayError } from "../../src/relay/relay-error.ts";
import { openRelaySource } from "../../src/relay/relay-rows.ts";
import type { FaultAction, FaultPlace } from "../emulator/faults.ts";
import { DEFAULT_COLLATION } from "../emulator/values/collation.ts";
import type { SqlRow } from "../emulator/values/sql-type.ts";
import { WireSession, serveWire } from "./wire-session.ts";

const COLUMNS = [
  { name: "id", type: { name: "int" }, nullable: false },
  { name: "name", type: { name: "nvarchar", length: 100, collation: DEFAULT_COLLATION }, nullable: true },
] as const;
const ROWS: readonly SqlRow[] = Array.from({ length: 20_000 }, (_, at) => [at, at % 3 === 0 ? null : `row ${at}`]);

/** A relay of all rows between two servers, one of which has a fault. */
async function relay(
  faults: { primary?: [FaultPlace, FaultAction]; replica?: [FaultPlace, FaultAction] },
  options: { encrypt?: boolean; signal?: AbortSignal; timeoutMs?: number } = {},
) {
  const replica = new WireSession([], []);
  const { encrypt = false, signal = new AbortController().signal, timeoutMs = 10_000 } = options;
  const [primaryEnd, replicaEnd] = await Promise.all([
    serveWire(new WireSession(COLUMNS, ROWS), { encrypt }),
    serveWire(replica, { encrypt }),
  ]);
  const [from, to] = await Promise.all([primaryEnd.connect(), replicaEnd.connect()]);
  if (faults.primary) primaryEnd.faults.at(...faults.primary);
  if (faults.replica) replicaEnd.faults.at(...faults.replica);
  const run = async () => {
    const source = await openRelaySource(from, { text: "SELECT", params: [] }, { signal, timeoutMs });
    return source.pipe({
      connection: to,
      table: "#stage",
      columns: [
        { name: "id", declaration: "int" },
        { name: "name", declaration: "nvarchar(100)" },
      ],
      options: ["KEEP_NULLS"],
    });
  };
  /** The same again over the same connections, without faults. */
  const again = async () => {
    primaryEnd.faults.clear();
    replicaEnd.faults.clear();
    replica.loads.length = 0;
    expect(await run()).toMatchObject({ rows: ROWS.length, more: false });
    expect(replica.loads.flatMap((load) => load.rows)).toEqual(ROWS);
  };
  return { run, again, loads: replica.loads };
}

async function failure(promise: Promise<unknown>): Promise<RelayError> {
  const thrown: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toMatchObject({ name: "RelayError" });
  return thrown as RelayError;
}

describe.each([{ encrypt: false }, { encrypt: true }])("a relay with faults, TLS $encrypt", ({ encrypt }) => {
  it("the read fails in the middle: both connections work on", async () => {
    const { run, again, loads } = await relay(
      { primary: [{ step: "row", after: 7000 }, { error: 1205 }] },
      { encrypt },
    );
    const thrown = await failure(run());
    expect(thrown.cause).toMatchObject({ number: 1205 });
    expect(thrown).toMatchObject({ sourceUsable: true, targetUsable: true });
    expect(loads).toHaveLength(0);
    await again();
  });

  it("the read's connection breaks", async () => {
    const { run, loads } = await relay({ primary: [{ step: "row", after: 7000 }, "drop"] }, { encrypt });
    expect(await failure(run())).toMatchObject({ sourceUsable: false, targetUsable: true });
    expect(loads).toHaveLength(0);
  });

  it("the load fails in the middle: both connections work on", async () => {
    const { run, again } = await relay({ replica: [{ step: "bulk", after: 7000 }, { error: 1205 }] }, { encrypt });
    const thrown = await failure(run());
    expect(thrown.cause).toMatchObject({ number: 1205 });
    expect(thrown).toMatchObject({ sourceUsable: true, targetUsable: true });
    await again();
  });

  it("the load's connection breaks", async () => {
    const { run } = await relay({ replica: [{ step: "bulk", after: 7000 }, "drop"] }, { encrypt });
    expect(await failure(run())).toMatchObject({ sourceUsable: true, targetUsable: false });
  });

  it("INSERT BULK is refused: both connections work on", async () => {
    const { run, again } = await relay(
      { replica: [{ step: "batch", match: /^INSERT BULK/ }, { error: 1222 }] },
      { encrypt },
    );
    const thrown = await failure(run());
    expect(thrown.cause).toMatchObject({ number: 1222 });
    expect(thrown).toMatchObject({ sourceUsable: true, targetUsable: true });
    await again();
  });

  it("it is aborted while the load runs", async () => {
    const controller = new AbortController();
    const place = { step: "bulk", after: 7000 } as const;
    const abort = { run: () => controller.abort(new Error("shutting down")) };
    const { run } = await relay({ replica: [place, abort] }, { encrypt, signal: controller.signal });
    const thrown = await failure(run());
    expect(thrown.cause).toMatchObject({ message: "shutting down" });
    expect(thrown).toMatchObject({ sourceUsable: true, targetUsable: true });
  });

  it("the read stands still: its server does not even take the cancellation, and loses the connection", async () => {
    const { run } = await relay({ primary: [{ step: "row", after: 7000 }, "freeze"] }, { encrypt, timeoutMs: 300 });
    const thrown = await failure(run());
    expect(thrown.cause).toMatchObject({ name: "RelayTimeout" });
    expect(thrown.sourceUsable).toBe(false);
  });

  it("the load stands still: the same for the other server", async () => {
    const { run } = await relay({ replica: [{ step: "bulk", after: 7000 }, "freeze"] }, { encrypt, timeoutMs: 300 });
    const thrown = await failure(run());
    expect(thrown.cause).toMatchObject({ name: "RelayTimeout" });
    expect(thrown).toMatchObject({ sourceUsable: true, targetUsable: false });
  });
});
