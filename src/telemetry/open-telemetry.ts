import { randomUUID } from "node:crypto";
import { type Attributes, type Context, type Span, SpanStatusCode, trace } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { AlwaysOnSampler, BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { describeError } from "../describe-error.ts";
import type { Redact } from "../log.ts";
import { within } from "../running-work.ts";
import { errorNumber, errorSide } from "./error-origin.ts";
import type { Exporters } from "./open-exporters.ts";
import { TableGauges } from "./table-gauges.ts";
import { TableSlots } from "./table-slots.ts";
import type { ModulesRecord, TableRecord, Telemetry, TickRecord } from "./telemetry.ts";
import { metrics, serviceName, spans } from "./telemetry-names.ts";
import type { TelemetrySetting } from "./telemetry-setting.ts";
import { parentContext } from "./trace-parent.ts";

/** Tables with series of their own. */
const mostTables = 500;

/** Of tick_duration, ms: an idle tick at the one end, the budget of a tick and what a long step takes beyond it at the other. */
const durationBounds = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 120_000, 480_000];

/** Spans that wait for their export: beyond it they are lost, failures among them. As many as the largest tick may bring at once. */
const mostSpans = 20_000;

/** The longest that one export of metrics may take, ms. */
const exportTimeoutMs = 30_000;

export interface OpenTelemetryOptions {
  readonly exporters: readonly Exporters[];
  readonly setting: TelemetrySetting;
  /** For every text that is exported. */
  readonly redact: Redact;
  /** ms since the epoch. */
  readonly now: () => number;
}

/**
 * Telemetry by OpenTelemetry. Nothing is registered globally, so the process has no other telemetry by it. Spans are made when the work that
 * they tell of is over, with the times of then.
 */
export class OpenTelemetry implements Telemetry {
  readonly #redact: Redact;
  readonly #tracers: BasicTracerProvider;
  readonly #meters: MeterProvider;
  readonly #slots = new TableSlots(mostTables);
  readonly #gauges = new TableGauges(this.#slots);
  readonly #instruments: ReturnType<typeof createInstruments>;

  constructor({ exporters, setting, redact, now }: OpenTelemetryOptions) {
    this.#redact = redact;
    const resource = resourceFromAttributes({
      "service.name": setting.serviceName,
      "service.instance.id": setting.instance ?? randomUUID(),
    });
    this.#tracers = new BasicTracerProvider({
      resource,
      // Everything, whatever the host decided of its own span: a sampled failure is one that nobody sees.
      sampler: new AlwaysOnSampler(),
      spanProcessors: exporters.map((exporter) => new BatchSpanProcessor(exporter.spans, { maxQueueSize: mostSpans })),
    });
    this.#meters = new MeterProvider({
      resource,
      readers: exporters.map(
        (exporter) =>
          new PeriodicExportingMetricReader({
            exporter: exporter.metrics,
            exportIntervalMillis: setting.exportIntervalMs,
            exportTimeoutMillis: Math.min(exportTimeoutMs, setting.exportIntervalMs),
          }),
      ),
    });
    this.#instruments = createInstruments(this.#meters, () => this.#gauges.read(now()));
  }

  rowsCommitted({ table, plan, rows, bytes }: Parameters<Telemetry["rowsCommitted"]>[0]): void {
    const attributes = { table: this.#slots.of(table), plan };
    if (rows > 0) this.#instruments.rowsReplicated.add(rows, attributes);
    if (bytes > 0) this.#instruments.bytes.add(bytes, attributes);
  }

  errorMet(error: unknown): void {
    this.#instruments.errors.add(1, { number: errorNumber(error), side: errorSide(error) });
  }

  leaseLost(table: string): void {
    this.#instruments.leaseLost.add(1, { table: this.#slots.of(table) });
  }

  tickEnded(tick: TickRecord): void {
    const { startedAt, endedAt, outcome, version, postponed, steps } = tick;
    const standings = tick.standings?.();
    this.#gauges.tickEnded(endedAt, standings);
    this.#instruments.tickDuration.record(endedAt - startedAt, { outcome });
    const { span, context } = this.#start(spans.tick.name, tick, parentContext(tick.parent));
    span.setAttributes({
      outcome,
      ...(version === undefined ? {} : { version: version.toString() }),
      ...(standings === undefined ? {} : { tables: standings.length }),
      steps: steps.length,
      postponed,
    });
    for (const step of steps) this.#tableSpan(step, context);
    this.#end(span, tick, tick.error);
  }

  modulesEnded(run: ModulesRecord): void {
    const { span } = this.#start(spans.modules.name, run, parentContext(run.parent));
    span.setAttributes({ outcome: run.outcome, ...run.counts });
    this.#end(span, run, run.error);
  }

  async close(limitMs: number): Promise<void> {
    await within(limitMs, Promise.allSettled([this.#tracers.shutdown(), this.#meters.shutdown()]));
  }

  #tableSpan(step: TableRecord, parent: Context): void {
    const { table, plan, result, rows, bytes, attempts } = step;
    const { span } = this.#start(spans.table.name, step, parent);
    const attributes: Attributes = { table, plan, result, rows, bytes, attempts };
    if (step.from !== undefined) attributes["from"] = step.from.toString();
    if (step.to !== undefined) attributes["to"] = step.to.toString();
    if (step.transport !== undefined) attributes["transport"] = step.transport;
    if (step.reason !== undefined) attributes["reason"] = this.#redact(step.reason);
    span.setAttributes(attributes);
    if (step.error === undefined && step.blocked) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: this.#redact(step.reason ?? "blocked") });
    }
    this.#end(span, step, step.error);
  }

  #start(name: string, { startedAt }: { readonly startedAt: number }, parent: Context) {
    const span = this.#tracers.getTracer(serviceName).startSpan(name, { startTime: startedAt }, parent);
    return { span, context: trace.setSpan(parent, span) };
  }

  #end(span: Span, { endedAt }: { readonly endedAt: number }, error: unknown): void {
    if (error !== undefined) {
      const message = this.#redact(describeError(error));
      span.setAttributes({ error: errorNumber(error), side: errorSide(error) });
      span.setStatus({ code: SpanStatusCode.ERROR, message });
      const { name, stack } = error instanceof Error ? error : new Error(message);
      span.recordException({ name, message, ...(stack === undefined ? {} : { stack: this.#redact(stack) }) }, endedAt);
    }
    span.end(endedAt);
  }
}

/** All instruments but the gauges, which are read when they are exported. */
function createInstruments(meters: MeterProvider, readings: () => ReturnType<TableGauges["read"]>) {
  const meter = meters.getMeter(serviceName);
  const counter = ({ name, unit, description }: { name: string; unit: string; description: string }) =>
    meter.createCounter(name, { unit, description });
  const { unit, description } = metrics.tickDuration;
  const gaugeNames = Object.values(metrics).filter(({ kind }) => kind === "gauge");
  const gauges = new Map(
    gaugeNames.map(({ name, unit, description }) => [name, meter.createObservableGauge(name, { unit, description })]),
  );
  meter.addBatchObservableCallback(
    (result) => {
      for (const { gauge, value, attributes } of readings()) {
        const instrument = gauges.get(metrics[gauge].name);
        if (instrument !== undefined) result.observe(instrument, value, attributes);
      }
    },
    [...gauges.values()],
  );
  return {
    rowsReplicated: counter(metrics.rowsReplicated),
    bytes: counter(metrics.bytes),
    errors: counter(metrics.errors),
    leaseLost: counter(metrics.leaseLost),
    tickDuration: meter.createHistogram(metrics.tickDuration.name, {
      unit,
      description,
      advice: { explicitBucketBoundaries: durationBounds },
    }),
  };
}
