import type { Environment } from "../config.ts";
import { serviceName } from "./telemetry-names.ts";

export interface TelemetrySetting {
  readonly applicationInsights:
    | {
        readonly connectionString: string;
        /** Tokens of Microsoft Entra go with what is sent; `clientId` undefined: of the system-assigned identity. */
        readonly entra: { readonly clientId: string | undefined } | undefined;
      }
    | undefined;
  /** Base URL of an OpenTelemetry collector: `http://collector:4318`. */
  readonly otlp: string | undefined;
  readonly exportIntervalMs: number;
  readonly serviceName: string;
  /** What names this process among the instances of the app; undefined: nothing does. */
  readonly instance: string | undefined;
  /** What is wrong with the settings; what they ask for is left out then. */
  readonly problems: readonly { readonly exporter: ExporterName; readonly what: string }[];
}

export type ExporterName = "Application Insights" | "OTLP";

const defaultIntervalMs = 60_000;

/**
 * Where telemetry goes; undefined: nowhere. Never throws: wrong settings of telemetry stop no replication.
 *
 * https://learn.microsoft.com/azure/azure-functions/functions-app-settings#applicationinsights_authentication_string,
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function readTelemetrySetting(env: Environment): TelemetrySetting | undefined {
  const text = (variable: string): string | undefined => env[variable]?.trim() || undefined;
  const problems: { exporter: ExporterName; what: string }[] = [];
  const connectionString = text("APPLICATIONINSIGHTS_CONNECTION_STRING");
  const endpoint = text("OTEL_EXPORTER_OTLP_ENDPOINT");
  if (connectionString === undefined && endpoint === undefined) return undefined;

  const authentication = text("APPLICATIONINSIGHTS_AUTHENTICATION_STRING");
  const entra = authentication === undefined ? undefined : entraOf(authentication);
  if (authentication !== undefined && entra === undefined && connectionString !== undefined) {
    problems.push({
      exporter: "Application Insights",
      what: "APPLICATIONINSIGHTS_AUTHENTICATION_STRING must be Authorization=AAD, or Authorization=AAD;ClientId=...",
    });
  }
  const otlp = endpoint !== undefined && /^https?:$/.test(protocolOf(endpoint)) ? endpoint : undefined;
  if (endpoint !== undefined && otlp === undefined) {
    problems.push({ exporter: "OTLP", what: "OTEL_EXPORTER_OTLP_ENDPOINT must be a URL with http:// or https://" });
  }
  const interval = Number(text("OTEL_METRIC_EXPORT_INTERVAL") ?? defaultIntervalMs);
  return {
    applicationInsights:
      connectionString === undefined || problems.some(({ exporter }) => exporter === "Application Insights")
        ? undefined
        : { connectionString, entra },
    otlp,
    exportIntervalMs: Number.isInteger(interval) && interval >= 100 ? interval : defaultIntervalMs,
    serviceName: text("OTEL_SERVICE_NAME") ?? text("WEBSITE_SITE_NAME") ?? serviceName,
    instance: text("WEBSITE_INSTANCE_ID") ?? text("CONTAINER_NAME"),
    problems,
  };
}

function entraOf(authentication: string): { clientId: string | undefined } | undefined {
  const fields = new Map(
    authentication.split(";").map((part) => {
      const [name = "", ...value] = part.split("=");
      return [name.trim().toLowerCase(), value.join("=").trim()];
    }),
  );
  if (fields.get("authorization")?.toLowerCase() !== "aad") return undefined;
  return { clientId: fields.get("clientid") || undefined };
}

function protocolOf(url: string): string {
  return URL.canParse(url) ? new URL(url).protocol : "";
}
