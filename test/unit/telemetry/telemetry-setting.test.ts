import { describe, expect, it } from "vitest";
import { readTelemetrySetting } from "../../../src/telemetry/telemetry-setting.ts";

const APPLICATIONINSIGHTS_CONNECTION_STRING = "InstrumentationKey=00000000-0000-0000-0000-000000000001";

describe("the settings of telemetry", () => {
  it("ask for nothing where they are missing or empty", () => {
    expect(readTelemetrySetting({})).toBeUndefined();
    expect(readTelemetrySetting({ OTEL_EXPORTER_OTLP_ENDPOINT: " ", OTEL_SERVICE_NAME: "x" })).toBeUndefined();
  });

  it.each([
    [undefined, undefined, []],
    ["Authorization=AAD", { clientId: undefined }, []],
    ["Authorization=AAD;ClientId=abc-1", { clientId: "abc-1" }, []],
    [" authorization = aad ; clientid = abc-1 ; ", { clientId: "abc-1" }, []],
  ])("authentication %j", (text, entra, problems) => {
    const setting = readTelemetrySetting({
      APPLICATIONINSIGHTS_CONNECTION_STRING,
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: text,
    });
    expect(setting).toMatchObject({ applicationInsights: { entra }, problems });
  });

  it("leave out what cannot be meant, and say so", () => {
    const setting = readTelemetrySetting({
      APPLICATIONINSIGHTS_CONNECTION_STRING,
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: "Authorization=Key",
      OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318",
    });
    expect(setting).toMatchObject({ applicationInsights: undefined, otlp: undefined });
    expect(setting?.problems.map(({ exporter }) => exporter)).toEqual(["Application Insights", "OTLP"]);
  });

  it.each([
    [{}, 60_000],
    [{ OTEL_METRIC_EXPORT_INTERVAL: "5000" }, 5_000],
    [{ OTEL_METRIC_EXPORT_INTERVAL: "soon" }, 60_000],
    [{ OTEL_METRIC_EXPORT_INTERVAL: "1" }, 60_000],
  ])("%j exports every %i ms", (env, ms) => {
    const setting = readTelemetrySetting({ ...env, OTEL_EXPORTER_OTLP_ENDPOINT: "http://localhost:4318" });
    expect(setting?.exportIntervalMs).toBe(ms);
  });

  it("name the service as the host names the app", () => {
    const named = (env: Record<string, string>) =>
      readTelemetrySetting({ ...env, OTEL_EXPORTER_OTLP_ENDPOINT: "http://localhost:4318" })?.serviceName;
    expect(named({})).toBe("mssql-sync");
    expect(named({ WEBSITE_SITE_NAME: "sync-prod" })).toBe("sync-prod");
    expect(named({ WEBSITE_SITE_NAME: "sync-prod", OTEL_SERVICE_NAME: "sync" })).toBe("sync");
  });
});
