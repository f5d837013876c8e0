import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { metrics } from "../../src/telemetry/telemetry-names.ts";
import { TelemetryEndpoint } from "../support/otlp-receiver.ts";
import { setKey, startSyncStack, type SyncStack } from "../support/sync-stack.ts";

/** An item as Application Insights takes it: https://learn.microsoft.com/azure/azure-monitor/app/data-model-complete */
interface Envelope {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly data: {
    readonly baseType: string;
    readonly baseData: {
      readonly name?: string;
      readonly success?: boolean;
      readonly properties?: Readonly<Record<string, string>>;
      readonly metrics?: readonly { readonly name: string; readonly value: number }[];
      readonly exceptions?: readonly { readonly message: string }[];
    };
  };
}

vi.setConfig({ testTimeout: 60_000 });

let stack: SyncStack;
let endpoint: TelemetryEndpoint;

beforeAll(async () => {
  // The exporter's own telemetry to Microsoft about itself: tests send nothing to anybody.
  vi.stubEnv("APPLICATION_INSIGHTS_NO_STATSBEAT", "true");
  // The exporter speaks TLS only, whatever the connection string says.
  vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
  const answer = JSON.stringify({ itemsReceived: 1, itemsAccepted: 1, errors: [] });
  endpoint = await TelemetryEndpoint.start({ answer, tls: true });
  stack = await startSyncStack();
  await stack.databases.primary.run(`
    CREATE TABLE Orders (id int NOT NULL PRIMARY KEY);
    ALTER TABLE Orders ENABLE CHANGE_TRACKING;
    INSERT Orders VALUES (1), (2), (3);`);
  await stack.tick();
});
afterAll(async () => {
  await stack.close();
  await endpoint.close();
  vi.unstubAllEnvs();
});

function startApp(settings: Readonly<Record<string, string>> = {}) {
  return stack.startApp({
    APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=00000000-0000-0000-0000-000000000001;IngestionEndpoint=${endpoint.url}/`,
    WEBSITE_SITE_NAME: "sync-test",
    ...settings,
  });
}

function envelopes(): Envelope[] {
  return endpoint.received
    .filter(({ path }) => path.endsWith("/track"))
    .flatMap(({ text }) => {
      try {
        return JSON.parse(text) as Envelope[];
      } catch {
        return text.split("\n").map((line) => JSON.parse(line) as Envelope);
      }
    });
}

describe("Application Insights", () => {
  it("gets metrics, spans and failures by its connection string alone", async () => {
    const app = startApp();
    await setKey(app, "enabled:Orders", "true");
    for (let ticks = 0; ticks < 4; ticks++) await stack.tick(app);
    await stack.databases.replica.run("CREATE TRIGGER onOrders ON Orders AFTER INSERT AS SET NOCOUNT ON;");
    await stack.databases.primary.run("INSERT Orders VALUES (4);");
    await stack.tick(app);
    await app.close();
    const failing = startApp({ REDIS_URL: "redis://127.0.0.1:9" });
    await expect(stack.tick(failing)).rejects.toThrow();
    await failing.close();

    const items = envelopes();
    const values = items.flatMap(({ data: { baseData } }) =>
      (baseData.metrics ?? []).map((metric) => ({ ...metric, ...baseData.properties })),
    );
    expect(values).toContainEqual(
      expect.objectContaining({ name: "rows_replicated", value: 3, table: "Orders", plan: "full-load-chunk" }),
    );
    expect(values).toContainEqual(expect.objectContaining({ name: "tables", value: 1, state: "blocked" }));
    expect(values).toContainEqual(
      expect.objectContaining({ name: "errors", value: 1, side: "redis", number: "ECONNREFUSED" }),
    );
    const known = Object.values(metrics).map(({ name }) => name as string);
    const own = values.filter(({ name }) => !name.startsWith("_"));
    expect(own.map(({ name }) => name).filter((name) => !known.includes(name))).toEqual([]);

    const of = (type: string) => items.filter(({ data }) => data.baseType === type);
    const dependencies = of("RemoteDependencyData");
    const named = (name: string) => dependencies.filter(({ data }) => data.baseData.name === name);
    expect(named("tick")).toHaveLength(6);
    expect(named("tick").filter(({ data }) => data.baseData.success === false)).toHaveLength(1);
    const blocked = named("table").filter(({ data }) => data.baseData.success === false);
    expect(blocked.map(({ data }) => data.baseData.properties?.["result"])).toEqual(["blocked"]);
    expect(of("ExceptionData")).toHaveLength(1);
    expect(of("ExceptionData")[0]?.data.baseData.exceptions?.[0]?.message).toMatch(/Redis/);
    expect(items.every(({ tags }) => tags["ai.cloud.role"] === "sync-test")).toBe(true);
    for (const secret of stack.app.config.secrets) expect(endpoint.text).not.toContain(secret);
  });

  it("and a collector get the same, where both are set", async () => {
    const collector = await TelemetryEndpoint.start();
    endpoint.received.length = 0;
    const app = startApp({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    await stack.tick(app);
    await app.close();
    expect(collector.received.map(({ path }) => path).sort()).toEqual(["/v1/metrics", "/v1/traces"]);
    expect(envelopes().map(({ data }) => data.baseType)).toEqual(
      expect.arrayContaining(["MetricData", "RemoteDependencyData"]),
    );
    await collector.close();
  });

  it("that refuses is told of, and no tick suffers", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    endpoint.behaviour = "refuse";
    const app = startApp();
    await stack.tick(app);
    await app.close();
    const lines = warn.mock.calls.map(([line]) => JSON.parse(line as string) as Record<string, unknown>);
    warn.mockRestore();
    expect(lines).toMatchObject([{ event: "telemetry-failed", exporter: "Application Insights" }]);
  });
});
