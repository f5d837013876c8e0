import type { Environment } from "../config.ts";
import { describeError } from "../describe-error.ts";
import type { Log, Redact } from "../log.ts";
import { within } from "../running-work.ts";
import { noTelemetry, type Telemetry } from "./telemetry.ts";
import { type ExporterName, readTelemetrySetting, type TelemetrySetting } from "./telemetry-setting.ts";

export interface TelemetryOptions {
  /** Of the process: for what goes wrong with telemetry, once for each exporter. */
  readonly log: Log;
  readonly redact: Redact;
  /** ms since the epoch. */
  readonly now: () => number;
}

/**
 * Telemetry as the settings ask for it: to Application Insights, to an OTLP endpoint, to both, or none at all. The SDK is loaded when the
 * first tick is over, and only where something is to be exported: no start and no tick waits for it.
 */
export function createTelemetry(env: Environment, options: TelemetryOptions): Telemetry {
  const setting = readTelemetrySetting(env);
  return setting === undefined ? noTelemetry : new LateTelemetry(setting, options);
}

type Told = (to: Telemetry) => void;

/** Keeps what is told until the SDK is loaded. */
class LateTelemetry implements Telemetry {
  readonly #setting: TelemetrySetting;
  readonly #options: TelemetryOptions;
  readonly #failed = new Set<ExporterName>();
  #kept: Told[] = [];
  #opening: Promise<void> | undefined;
  #open: Telemetry | undefined;
  #silent = false;

  constructor(setting: TelemetrySetting, options: TelemetryOptions) {
    this.#setting = setting;
    this.#options = options;
    for (const { exporter, what } of setting.problems) this.#tellFailure(exporter, new Error(what));
  }

  rowsCommitted: Telemetry["rowsCommitted"] = (rows) => this.#tell((to) => to.rowsCommitted(rows));
  errorMet: Telemetry["errorMet"] = (error) => this.#tell((to) => to.errorMet(error));
  leaseLost: Telemetry["leaseLost"] = (table) => this.#tell((to) => to.leaseLost(table));

  tickEnded: Telemetry["tickEnded"] = (tick) => {
    this.#tell((to) => to.tickEnded(tick));
    this.#opening ??= this.#load();
  };

  modulesEnded: Telemetry["modulesEnded"] = (run) => {
    this.#tell((to) => to.modulesEnded(run));
    this.#opening ??= this.#load();
  };

  close: Telemetry["close"] = async (limitMs) => {
    const until = Date.now() + limitMs;
    if (this.#opening !== undefined) await within(limitMs, this.#opening);
    const open = this.#open;
    this.#open = noTelemetry;
    await open?.close(Math.max(0, until - Date.now()));
    // What is still on its way may fail later, when nobody wants it any more.
    this.#silent = true;
  };

  #tell(told: Told): void {
    if (this.#open === undefined) this.#kept.push(told);
    else this.#hand(told, this.#open);
  }

  /** What telemetry makes of it is never the business of who tells. */
  #hand(told: Told, to: Telemetry): void {
    try {
      told(to);
    } catch (error) {
      for (const exporter of this.#exporters()) this.#tellFailure(exporter, error);
    }
  }

  async #load(): Promise<void> {
    let open = noTelemetry;
    try {
      const [{ openExporters }, { OpenTelemetry }] = await Promise.all([
        import("./open-exporters.ts"),
        import("./open-telemetry.ts"),
      ]);
      const setting = this.#setting;
      const exporters = await openExporters(setting, (exporter, error) => this.#tellFailure(exporter, error));
      if (exporters.length > 0) open = new OpenTelemetry({ ...this.#options, exporters, setting });
    } catch (error) {
      for (const exporter of this.#exporters()) this.#tellFailure(exporter, error);
    }
    if (this.#open !== undefined) {
      // Closed meanwhile.
      await open.close(0);
      return;
    }
    this.#open = open;
    const kept = this.#kept;
    this.#kept = [];
    for (const told of kept) this.#hand(told, open);
  }

  #exporters(): ExporterName[] {
    const { applicationInsights, otlp } = this.#setting;
    return [
      ...(applicationInsights === undefined ? [] : (["Application Insights"] as const)),
      ...(otlp === undefined ? [] : (["OTLP"] as const)),
    ];
  }

  /** Once: an endpoint that is away would say the same every minute. */
  #tellFailure(exporter: ExporterName, error: unknown): void {
    if (this.#silent || this.#failed.has(exporter)) return;
    this.#failed.add(exporter);
    this.#options.log.warn("telemetry-failed", { exporter, what: describeError(error) });
  }
}
