import { type PushMetricExporter, AggregationTemporality, InstrumentType } from "@opentelemetry/sdk-metrics";
import type { SpanExporter } from "@opentelemetry/sdk-trace-base";
import type { ExporterName, TelemetrySetting } from "./telemetry-setting.ts";
import { watchExporter } from "./watched-exporter.ts";

export interface Exporters {
  readonly spans: SpanExporter;
  readonly metrics: PushMetricExporter;
}

/**
 * Makes the exporters that the settings ask for; each is loaded only then. One that cannot be made is told of and left out.
 * @param failed told of what cannot be made, and of each export that fails
 */
export async function openExporters(
  setting: TelemetrySetting,
  failed: (exporter: ExporterName, error: unknown) => void,
): Promise<Exporters[]> {
  const makers: Record<ExporterName, () => Promise<Exporters | undefined>> = {
    "Application Insights": () => applicationInsights(setting),
    OTLP: () => otlp(setting),
  };
  const made: Exporters[] = [];
  for (const name of ["Application Insights", "OTLP"] as const) {
    const tell = (error: unknown): void => failed(name, error);
    try {
      const exporters = await makers[name]();
      if (exporters === undefined) continue;
      const metrics = forgetGauges(exporters.metrics);
      made.push({ spans: watchExporter(exporters.spans, tell), metrics: watchExporter(metrics, tell) });
    } catch (error) {
      tell(error);
    }
  }
  return made;
}

async function applicationInsights({ applicationInsights: setting }: TelemetrySetting): Promise<Exporters | undefined> {
  if (setting === undefined) return undefined;
  const { connectionString, entra } = setting;
  const { AzureMonitorMetricExporter, AzureMonitorTraceExporter } =
    await import("@azure/monitor-opentelemetry-exporter");
  const options = {
    connectionString,
    // What cannot be sent after the exporter's own retries is lost: no tick has to do with the disk.
    disableOfflineStorage: true,
    ...(entra === undefined ? {} : { credential: await managedIdentity(entra.clientId) }),
  };
  return { spans: new AzureMonitorTraceExporter(options), metrics: new AzureMonitorMetricExporter(options) };
}

async function managedIdentity(clientId: string | undefined) {
  const { ManagedIdentityCredential } = await import("@azure/identity");
  return clientId === undefined ? new ManagedIdentityCredential() : new ManagedIdentityCredential({ clientId });
}

async function otlp({ otlp: endpoint }: TelemetrySetting): Promise<Exporters | undefined> {
  if (endpoint === undefined) return undefined;
  const [{ OTLPTraceExporter }, { OTLPMetricExporter }] = await Promise.all([
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("@opentelemetry/exporter-metrics-otlp-http"),
  ]);
  // https://opentelemetry.io/docs/specs/otel/protocol/exporter/#endpoint-urls-for-otlphttp
  const base = endpoint.replace(/\/+$/, "");
  return {
    spans: new OTLPTraceExporter({ url: `${base}/v1/traces` }),
    metrics: new OTLPMetricExporter({ url: `${base}/v1/metrics` }),
  };
}

/**
 * Gauges are exported as they are read, whatever becomes of the counters: the SDK would go on with the last value of a table that is
 * gone, since it adds up what is cumulative. In OTLP a gauge has no temporality, so nobody sees the difference.
 */
function forgetGauges(exporter: PushMetricExporter): PushMetricExporter {
  const select = exporter.selectAggregationTemporality?.bind(exporter);
  exporter.selectAggregationTemporality = (type) =>
    type === InstrumentType.OBSERVABLE_GAUGE
      ? AggregationTemporality.DELTA
      : (select?.(type) ?? AggregationTemporality.CUMULATIVE);
  return exporter;
}
