import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { selfSignedCertificate } from "../emulator/tds/self-signed-certificate.ts";

/** The parts of the OTLP/JSON messages that tests look at: https://opentelemetry.io/docs/specs/otlp/ */
interface KeyValue {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: number | string; readonly doubleValue?: number };
}

interface DataPoint {
  readonly attributes?: readonly KeyValue[];
  readonly asInt?: number | string;
  readonly asDouble?: number;
  readonly count?: number | string;
  readonly sum?: number;
}

interface Points {
  readonly dataPoints: readonly DataPoint[];
}

interface MetricsMessage {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeMetrics: readonly {
      readonly metrics: readonly {
        readonly name: string;
        readonly unit?: string;
        readonly gauge?: Points;
        readonly sum?: Points;
        readonly histogram?: Points;
      }[];
    }[];
  }[];
}

interface TraceMessage {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly traceId: string;
        readonly spanId: string;
        readonly parentSpanId?: string;
        readonly name: string;
        readonly startTimeUnixNano: string;
        readonly endTimeUnixNano: string;
        readonly attributes: readonly KeyValue[];
        readonly events?: readonly { readonly name: string; readonly attributes: readonly KeyValue[] }[];
        readonly status: { readonly code?: number; readonly message?: string };
      }[];
    }[];
  }[];
}

export type Attributes = Readonly<Record<string, string | number>>;

export interface ReceivedPoint {
  readonly name: string;
  readonly kind: "gauge" | "sum" | "histogram";
  readonly attributes: Attributes;
  /** A histogram's: how often it was recorded. */
  readonly value: number;
}

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly ms: number;
  readonly attributes: Attributes;
  readonly exceptions: readonly Attributes[];
  readonly failed: boolean;
  readonly status: string | undefined;
}

/** What an endpoint does with a request. */
export type Behaviour = "take" | "refuse" | "never-answer";

/** An HTTP endpoint on loopback that keeps what is sent to it, whatever the path. */
export class TelemetryEndpoint {
  readonly url: string;
  behaviour: Behaviour = "take";
  readonly received: { readonly path: string; readonly text: string }[] = [];
  readonly #server: ReturnType<typeof createServer>;

  constructor(server: ReturnType<typeof createServer>, tls: boolean) {
    this.#server = server;
    this.url = `${tls ? "https" : "http"}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** @param tls with a certificate that nobody vouches for */
  static async start({ answer = "{}", tls = false } = {}): Promise<TelemetryEndpoint> {
    const listener: RequestListener = (request, response) => {
      void bodyOf(request).then((text) => {
        endpoint.received.push({ path: request.url ?? "", text });
        if (endpoint.behaviour === "never-answer") return;
        response.writeHead(endpoint.behaviour === "take" ? 200 : 400, { "content-type": "application/json" });
        response.end(answer);
      });
    };
    const server = tls ? createTlsServer(selfSignedCertificate(new Date()), listener) : createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const endpoint = new TelemetryEndpoint(server, tls);
    return endpoint;
  }

  /** Everything that was sent, as it was sent. */
  get text(): string {
    return this.received.map(({ text }) => text).join("\n");
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** The data points of the last export of metrics, or of all exports. */
export function pointsOf(endpoint: TelemetryEndpoint, which: "last" | "all" = "last"): ReceivedPoint[] {
  const messages = endpoint.received.filter(({ path }) => path.endsWith("/v1/metrics"));
  return (which === "last" ? messages.slice(-1) : messages).flatMap(({ text }) =>
    (JSON.parse(text) as MetricsMessage).resourceMetrics.flatMap(({ scopeMetrics }) =>
      scopeMetrics.flatMap(({ metrics }) =>
        metrics.flatMap(({ name, gauge, sum, histogram }) =>
          [["gauge", gauge] as const, ["sum", sum] as const, ["histogram", histogram] as const].flatMap(
            ([kind, points]) =>
              (points?.dataPoints ?? []).map((point) => ({
                name,
                kind,
                attributes: attributesOf(point.attributes ?? []),
                value: Number(kind === "histogram" ? point.count : (point.asDouble ?? point.asInt)),
              })),
          ),
        ),
      ),
    ),
  );
}

export function spansOf(endpoint: TelemetryEndpoint): ReceivedSpan[] {
  return endpoint.received
    .filter(({ path }) => path.endsWith("/v1/traces"))
    .flatMap(({ text }) =>
      (JSON.parse(text) as TraceMessage).resourceSpans.flatMap(({ scopeSpans }) =>
        scopeSpans.flatMap(({ spans }) =>
          spans.map((span) => ({
            traceId: span.traceId,
            spanId: span.spanId,
            parentSpanId: span.parentSpanId || undefined,
            name: span.name,
            ms: Number((BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1_000_000n),
            attributes: attributesOf(span.attributes),
            exceptions: (span.events ?? []).map(({ attributes }) => attributesOf(attributes)),
            failed: span.status.code === 2,
            status: span.status.message,
          })),
        ),
      ),
    );
}

function attributesOf(pairs: readonly KeyValue[]): Attributes {
  return Object.fromEntries(
    pairs.map(({ key, value }) => [key, value.stringValue ?? Number(value.doubleValue ?? value.intValue)]),
  );
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  return (request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body).toString("utf8");
}
