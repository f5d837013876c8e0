import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { App } from "../../src/app.ts";
import { systemClock } from "../../src/clock.ts";
import { runTick } from "../../src/tick/run-tick.ts";
import { logEvents, logFields, metrics, spans } from "../../src/telemetry/telemetry-names.ts";
import { pointsOf, type ReceivedPoint, spansOf, TelemetryEndpoint } from "../support/otlp-receiver.ts";
import { deleteKey, setKey, startSyncStack, type SyncStack } from "../support/sync-stack.ts";

const onEmulator =
  process.env["SQLSERVER_PRIMARY_URL"] === undefined && process.env["SQLSERVER_REPLICA_URL"] === undefined;
const canary = "Canary-7f3a-Secret";

// The machine may be busy.
vi.setConfig({ testTimeout: 60_000 });
const patient = { timeout: 15_000 } as const;

let stack: SyncStack;
let receiver: TelemetryEndpoint;

beforeAll(async () => {
  stack = await startSyncStack({ settings: { FULL_LOAD_CHUNK_ROWS: "10" } });
  await stack.databases.primary.run(`
    CREATE TABLE Orders (id int NOT NULL PRIMARY KEY, note nvarchar(100) NULL);
    ALTER TABLE Orders ENABLE CHANGE_TRACKING;
    CREATE TABLE Quiet (id int NOT NULL PRIMARY KEY);
    ALTER TABLE Quiet ENABLE CHANGE_TRACKING;
    CREATE TABLE Paused (id int NOT NULL PRIMARY KEY);
    ALTER TABLE Paused ENABLE CHANGE_TRACKING;
    WITH n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 35) INSERT Orders SELECT i, N'row' FROM n;`);
  await stack.tick();
});
afterAll(() => stack.close());
beforeEach(async () => {
  receiver = await TelemetryEndpoint.start();
});
afterEach(() => receiver.close());

/** An app of its own, as after a restart, that exports to the receiver. */
function startApp(settings: Readonly<Record<string, string>> = {}): App {
  return stack.startApp({
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_METRIC_EXPORT_INTERVAL: "60000",
    ...settings,
  });
}

function point(points: readonly ReceivedPoint[], name: string, attributes: Readonly<Record<string, string>> = {}) {
  return points.filter(
    (each) => each.name === name && Object.entries(attributes).every(([key, value]) => each.attributes[key] === value),
  );
}

function valueOf(points: readonly ReceivedPoint[], name: string, attributes: Readonly<Record<string, string>> = {}) {
  const found = point(points, name, attributes);
  expect(found, `${name} ${JSON.stringify(attributes)}`).toHaveLength(1);
  return found[0]?.value;
}

/** Everything that was exported stands in telemetry-names.ts, under its kind and with its attributes. */
function expectKnownNames(): void {
  const kinds = { gauge: "gauge", sum: "counter", histogram: "histogram" } as const;
  for (const { name, kind, attributes } of pointsOf(receiver, "all")) {
    const known = Object.values(metrics).find((metric) => metric.name === name);
    expect(known, name).toMatchObject({ kind: kinds[kind] });
    expect(known?.attributes, name).toEqual(expect.arrayContaining(Object.keys(attributes)));
  }
  for (const { name, attributes } of spansOf(receiver)) {
    const known = Object.values(spans).find((span) => span.name === name);
    expect(known?.attributes, name).toEqual(expect.arrayContaining(Object.keys(attributes)));
  }
}

describe("a load, then changes, then nothing", () => {
  it("is told by its metrics", async () => {
    const app = startApp({ OTEL_METRIC_EXPORT_INTERVAL: "100", DELTA_SLICE_ROWS: "3" });
    for (const table of ["Orders", "Quiet"]) await setKey(app, `enabled:${table}`, "true");
    const progress: number[] = [];
    for (let ticks = 0; ticks < 12 && progress.at(-1) !== 1; ticks++) {
      await stack.tick(app);
      const before = receiver.received.length;
      await vi.waitFor(() => {
        const later = receiver.received.slice(before + 1).filter(({ path }) => path.endsWith("/v1/metrics"));
        expect(later.length).toBeGreaterThan(0);
      }, patient);
      progress.push(...point(pointsOf(receiver), "full_load_progress", { table: "Orders" }).map(({ value }) => value));
    }
    expect([...progress].sort((a, b) => a - b)).toEqual(progress);
    expect(progress.at(-1)).toBe(1);
    expect(progress.filter((value) => value > 0 && value < 1).length).toBeGreaterThan(1);
    await stack.databases.primary.run(
      "UPDATE Orders SET note = N'changed' WHERE id <= 7; DELETE Orders WHERE id = 35;",
    );
    await stack.tick(app);
    await stack.tick(app);
    await app.close();

    const points = pointsOf(receiver);
    expect(valueOf(points, "rows_replicated", { table: "Orders", plan: "full-load-chunk" })).toBe(35);
    expect(valueOf(points, "rows_replicated", { table: "Orders", plan: "delta" })).toBe(8);
    expect(valueOf(points, "bytes", { table: "Orders", plan: "delta" })).toBeGreaterThan(0);
    for (const table of ["Orders", "Quiet"]) {
      expect(valueOf(points, "lag_seconds", { table })).toBe(0);
      expect(valueOf(points, "lag_versions", { table })).toBe(0);
      expect(valueOf(points, "retention_headroom_hours", { table })).toBeCloseTo(48, 0);
      expect(valueOf(points, "retention_used", { table })).toBeCloseTo(0, 1);
    }
    expect(point(points, "lag_seconds", { table: "Paused" })).toEqual([]);
    const states = Object.fromEntries(
      point(points, "tables").map(({ attributes, value }) => [attributes["state"] ?? "", value] as const),
    );
    expect(states).toEqual({ paused: 1, new: 0, loading: 0, live: 2, blocked: 0 });
    expect(valueOf(points, "tick_duration", { outcome: "ok" })).toBeGreaterThanOrEqual(3);
    expectKnownNames();
  });

  it("is told by one line for each table and tick that did something, in the words of the design", async () => {
    const app = startApp();
    await stack.databases.primary.run("UPDATE Orders SET note = N'again' WHERE id <= 3;");
    const from = stack.lines.length;
    await stack.tick(app);
    await stack.tick(app);
    const lines = stack.lines.slice(from);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      event: "table",
      table: "Orders",
      plan: "delta",
      result: "moved",
      rows: 3,
      changes: 3,
    });
    expect(lines[0]).toMatchObject({ lagSeconds: 0, lagVersions: 0, state: "live" });
    expect(["relay", "driver"]).toContain(lines[0]?.["transport"]);
    expect(BigInt(lines[0]?.["from"] as string)).toBeLessThan(BigInt(lines[0]?.["to"] as string));
    for (const line of stack.lines) {
      const event = line["event"] as keyof typeof logEvents;
      expect(Object.keys(logEvents), event).toContain(event);
      expect([...logFields, ...logEvents[event]], event).toEqual(expect.arrayContaining(Object.keys(line)));
    }
  });

  it("is told by spans under the host's own, whether that is sampled or not", async () => {
    const app = startApp();
    await stack.databases.primary.run("UPDATE Orders SET note = N'traced' WHERE id = 2;");
    const [traceId, parent] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"];
    await runTick(app, {
      signal: app.stopping,
      log: app.log.with({}),
      parent: { traceParent: `00-${traceId}-${parent}-00` },
    });
    await app.close();
    const [tick] = spansOf(receiver).filter(({ name }) => name === "tick");
    const [table] = spansOf(receiver).filter(({ name }) => name === "table");
    expect(tick).toMatchObject({ traceId, parentSpanId: parent, failed: false });
    expect(tick?.attributes).toMatchObject({ outcome: "ok", tables: 3, steps: 1, postponed: 0 });
    expect(table).toMatchObject({ traceId, parentSpanId: tick?.spanId, failed: false });
    expect(table?.attributes).toMatchObject({ table: "Orders", plan: "delta", result: "moved", rows: 1, attempts: 1 });
    expect(BigInt(table?.attributes["from"] ?? 0)).toBeLessThan(BigInt(table?.attributes["to"] ?? 0));
    expectKnownNames();
  });
});

describe("module sync", () => {
  it("is told by a span", async () => {
    const app = startApp();
    await stack.syncModules({}, app);
    await app.close();
    const [run] = spansOf(receiver);
    expect(run).toMatchObject({ name: "modules", failed: false });
    expect(run?.attributes).toMatchObject({ outcome: "ok", modules: 0, changed: 0 });
    expectKnownNames();
  });
});

describe.runIf(onEmulator)("failures", () => {
  beforeAll(() => stack.load("Orders", "Quiet"));

  it("count by number, retried ones as well, and the span of what failed says why", async () => {
    const app = startApp();
    const { faults } = stack.databases;
    await stack.tick(app);
    await stack.databases.primary.run(`UPDATE Orders SET note = N'${canary}' WHERE id = 4;`);
    faults?.at({ step: "commit", app: "mssql_sync", match: /mssql_sync\.ledger SET state/ }, { error: 1205 });
    await stack.tick(app);
    await stack.databases.primary.run("UPDATE Orders SET note = N'once more' WHERE id = 4;");
    faults?.at({ step: "commit", app: "mssql_sync", match: /mssql_sync\.ledger SET state/ }, { error: 8645 });
    await stack.tick(app);
    await stack.tick(app);
    await app.close();
    const points = pointsOf(receiver);
    expect(valueOf(points, "errors", { number: "1205", side: "replica" })).toBe(1);
    expect(valueOf(points, "errors", { number: "8645", side: "replica" })).toBe(1);
    // What was rolled back was not replicated.
    expect(valueOf(points, "rows_replicated", { table: "Orders", plan: "delta" })).toBe(2);
    const [retried, failed] = spansOf(receiver).filter(({ name }) => name === "table");
    expect(retried).toMatchObject({ failed: false, attributes: { attempts: 2 } });
    expect(failed).toMatchObject({ failed: true, attributes: { result: "blocked", error: "8645", side: "replica" } });
    expect(failed?.exceptions[0]?.["exception.message"]).toMatch(/SQL error 8645/);
    expect(receiver.text).not.toContain(canary);
    expectKnownNames();
  });

  it("of a whole tick are told too, and the tables grow older by them", async () => {
    const app = startApp();
    let ahead = 0;
    const later: App = { ...app, clock: { ...systemClock, now: () => systemClock.now() + ahead } };
    await stack.tick(later);
    const { emulator } = stack.databases.primary;
    const fault = emulator?.faults.at({ step: "rpc", app: "mssql_sync", times: Infinity }, { error: 1222 });
    ahead = 90_000;
    const from = stack.lines.length;
    await expect(stack.tick(later)).rejects.toThrow();
    fault?.release();
    await app.close();
    expect(stack.lines.slice(from)).toEqual([
      expect.objectContaining({ event: "tick-failed", sqlError: 1222, side: "primary" }),
    ]);
    const points = pointsOf(receiver);
    expect(valueOf(points, "errors", { number: "1222", side: "primary" })).toBe(1);
    expect(valueOf(points, "tick_duration", { outcome: "failed" })).toBe(1);
    expect(valueOf(points, "lag_seconds", { table: "Orders" })).toBeGreaterThanOrEqual(90);
    expect(spansOf(receiver).find(({ failed }) => failed)).toMatchObject({
      name: "tick",
      attributes: { outcome: "failed" },
    });
    expectKnownNames();
  });

  it("a lease that is lost counts, and is no failure of the table", async () => {
    const app = startApp();
    // Renews its leases all the time.
    const impatient: App = {
      ...app,
      clock: { now: systemClock.now, sleep: (ms, signal) => systemClock.sleep(ms <= 3_000 ? 20 : ms, signal) },
    };
    await stack.databases.primary.run("UPDATE Orders SET note = N'leased' WHERE id = 5;");
    await stack.tick(impatient);
    await stack.databases.primary.run("UPDATE Orders SET note = N'leased again' WHERE id = 5;");
    const fault = stack.databases.faults?.at({ step: "bulk", app: "mssql_sync", match: /changes/ }, "freeze");
    const renewals = vi.spyOn(app.state.redis, "run");
    const ticking = stack.tick(impatient);
    await fault?.hit;
    await setKey(app, "lease:Orders", "somebody else");
    await vi.waitFor(() => expect(renewals.mock.settledResults.some(({ value }) => value === 0)).toBe(true), patient);
    fault?.release();
    const { steps } = await ticking;
    await deleteKey(app, "lease:Orders");
    await app.close();
    expect(steps).toMatchObject([{ table: "Orders", result: { kind: "held-elsewhere" } }]);
    expect(valueOf(pointsOf(receiver), "lease_lost", { table: "Orders" })).toBe(1);
    expect(point(pointsOf(receiver), "errors")).toEqual([]);
    await stack.tick();
  });

  it("a blocked table is counted as such, and its span says what is in the way", async () => {
    await stack.databases.replica.run(
      "ALTER TABLE Quiet ADD extra int NOT NULL DEFAULT 1; CREATE TRIGGER onQuiet ON Quiet AFTER INSERT AS SET NOCOUNT ON;"
        .split("; ")
        .join(";\nGO\n"),
    );
    await stack.databases.primary.run("INSERT Quiet VALUES (1);");
    const app = startApp();
    await stack.tick(app);
    await app.close();
    expect(valueOf(pointsOf(receiver), "tables", { state: "blocked" })).toBe(1);
    const [table] = spansOf(receiver).filter(({ name }) => name === "table");
    expect(table).toMatchObject({ failed: true, attributes: { table: "Quiet", result: "blocked" } });
    expect(table?.attributes["reason"]).toMatch(/trigger/);
  });
});

describe("a table that is gone", () => {
  it("has no gauges any more", async () => {
    const app = startApp({ OTEL_METRIC_EXPORT_INTERVAL: "100" });
    await stack.tick(app);
    await vi.waitFor(() => expect(valueOf(pointsOf(receiver), "lag_seconds", { table: "Orders" })).toBe(0), patient);
    await setKey(app, "enabled:Orders", "false");
    await stack.tick(app);
    await vi.waitFor(() => expect(point(pointsOf(receiver), "lag_seconds", { table: "Orders" })).toEqual([]), patient);
    await app.close();
    expect(point(pointsOf(receiver), "tables")).not.toEqual([]);
    await setKey(app, "enabled:Orders", "true").catch(() => undefined);
  });
});

describe("what is exported where", () => {
  it("nothing without a setting", async () => {
    const app = stack.startApp();
    await stack.tick(app);
    await app.close();
    expect(receiver.received).toEqual([]);
  });

  it("no credential, neither of the databases nor of the settings", async () => {
    const app = startApp();
    await stack.tick(app);
    const failing = stack.startApp({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      MSSQL_REPLICA_URL:
        stack.app.config.replica.url.replace("mssql://", `mssql://sa:${canary}@`) + "?trustServerCertificate=true",
    });
    await expect(stack.tick(failing)).rejects.toThrow();
    for (const each of [app, failing]) await each.close();
    expect(valueOf(pointsOf(receiver), "errors", { number: "18456", side: "replica" })).toBe(1);
    expect(receiver.text).not.toContain(canary);
    for (const secret of stack.app.config.secrets) expect(receiver.text).not.toContain(secret);
  });
});

describe("an endpoint", () => {
  it.each(["refuse", "never-answer", "be-away"] as const)(
    "that does %s costs no tick anything, and the end 2 s at most",
    async (what) => {
      if (what === "be-away") await receiver.close();
      else receiver.behaviour = what;
      const app = startApp();
      vi.spyOn(app.log, "warn").mockImplementation(() => undefined);
      await stack.tick(app);
      await stack.tick(app);
      const startedAt = Date.now();
      await app.close();
      expect(Date.now() - startedAt).toBeLessThan(2_600);
      if (what === "be-away") receiver = await TelemetryEndpoint.start();
    },
  );

  it("that refuses is told once", async () => {
    receiver.behaviour = "refuse";
    const app = startApp({ OTEL_METRIC_EXPORT_INTERVAL: "100" });
    const warn = vi.spyOn(app.log, "warn").mockImplementation(() => undefined);
    await stack.tick(app);
    await vi.waitFor(() => expect(receiver.received.length).toBeGreaterThan(3), patient);
    await app.close();
    expect(warn.mock.calls).toEqual([["telemetry-failed", { exporter: "OTLP", what: "Bad Request" }]]);
  });

  it("that makes no sense is told once, and telemetry left out", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const app = stack.startApp({
      OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318",
      APPLICATIONINSIGHTS_CONNECTION_STRING: "no connection string",
    });
    await stack.tick(app);
    await stack.tick(app);
    await app.close();
    const lines = warn.mock.calls.map(([line]) => JSON.parse(line as string) as Record<string, unknown>);
    warn.mockRestore();
    expect(lines.map(({ event, exporter }) => [event, exporter])).toEqual([
      ["telemetry-failed", "OTLP"],
      ["telemetry-failed", "Application Insights"],
    ]);
  });
});
