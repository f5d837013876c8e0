import { tableStates } from "../model/table-state.ts";

/**
 * Every name that leaves the product: metrics, spans, their attributes, and the log's events with their fields. The
 * workbook, the alerts and the queries are held against these by a test, and so is the code that emits them.
 */

export interface MetricName {
  readonly name: string;
  readonly kind: "gauge" | "counter" | "histogram";
  /** UCUM, https://ucum.org/ucum */
  readonly unit: string;
  readonly description: string;
  readonly attributes: readonly string[];
}

/** Words of the attributes that have few values. */
export const attributeValues = {
  /** Of rows_replicated and bytes. */
  plan: ["delta", "full-load-chunk"],
  /** Of tables; the words of GET /api/tables. */
  state: tableStates,
  /** Of errors, and of the spans: where the error comes from. */
  side: ["primary", "replica", "redis", "app"],
  /** Of tick_duration and of the spans tick and modules. */
  outcome: ["ok", "failed", "stopped"],
} as const;

/** The value of the attribute `table` for all tables beyond those that have a series of their own. */
export const otherTables = "other";

/** The value of the attribute `number` of an error that has neither a SQL Server number nor a driver's code. */
export const noErrorNumber = "none";

export const metrics = {
  lagSeconds: {
    name: "lag_seconds",
    kind: "gauge",
    unit: "s",
    description: "Age of the moment of the primary that the replica's table corresponds to, by the primary's clock",
    attributes: ["table"],
  },
  lagVersions: {
    name: "lag_versions",
    kind: "gauge",
    unit: "{version}",
    description: "Change Tracking versions between the table's watermark and the current one",
    attributes: ["table"],
  },
  rowsReplicated: {
    name: "rows_replicated",
    kind: "counter",
    unit: "{row}",
    description: "Rows committed on the replica: net changes of deltas, rows of chunks",
    attributes: ["table", "plan"],
  },
  bytes: {
    name: "bytes",
    kind: "counter",
    unit: "By",
    description: "Bytes of those rows as they were carried",
    attributes: ["table", "plan"],
  },
  fullLoadProgress: {
    name: "full_load_progress",
    kind: "gauge",
    unit: "1",
    description: "Share of a full load that is done; 1 for a while after its end",
    attributes: ["table"],
  },
  retentionHeadroomHours: {
    name: "retention_headroom_hours",
    kind: "gauge",
    unit: "h",
    description: "Hours until cleanup on the primary may take changes that the table still needs",
    attributes: ["table"],
  },
  retentionUsed: {
    name: "retention_used",
    kind: "gauge",
    unit: "1",
    description: "Share of the primary's change retention that the table has used up",
    attributes: ["table"],
  },
  tickDuration: {
    name: "tick_duration",
    kind: "histogram",
    unit: "ms",
    description: "How long a tick took",
    attributes: ["outcome"],
  },
  tables: {
    name: "tables",
    kind: "gauge",
    unit: "{table}",
    description: "Known tables by state",
    attributes: ["state"],
  },
  errors: {
    name: "errors",
    kind: "counter",
    unit: "{error}",
    description: "Errors met, also those that a retry got over, by SQL Server error number or the driver's code",
    attributes: ["number", "side"],
  },
  leaseLost: {
    name: "lease_lost",
    kind: "counter",
    unit: "{lease}",
    description: "Steps given up because their lease was lost",
    attributes: ["table"],
  },
} as const satisfies Readonly<Record<string, MetricName>>;

/** Spans and their attributes. An attribute that has no value in a span is left out of it. */
export const spans = {
  tick: {
    name: "tick",
    attributes: ["outcome", "version", "tables", "steps", "postponed", "error", "side"],
  },
  /** A child of tick: one step of one table. */
  table: {
    name: "table",
    attributes: [
      "table",
      "plan",
      "result",
      "rows",
      "bytes",
      "from",
      "to",
      "transport",
      "attempts",
      "reason",
      "error",
      "side",
    ],
  },
  modules: {
    name: "modules",
    attributes: ["outcome", "modules", "changed", "pending", "postponed", "error", "side"],
  },
} as const;

/** Names of the service in every exported payload, where OTEL_SERVICE_NAME does not say another. */
export const serviceName = "mssql-sync";

/** Fields of every line of the log. A line is one JSON object. */
export const logFields = ["level", "event"] as const;

/** What a failure says: what failed, by which number, on which side, and the statement that helps. */
const failure = ["what", "fix", "sqlError", "side"] as const;

/** The log's events and the fields that their lines may have besides `logFields`. */
export const logEvents = {
  /** One line for each table and tick that did something; a warning where it is blocked. */
  table: [
    "table",
    "plan",
    "result",
    "reason",
    "fix",
    "rows",
    "changes",
    "chunkRows",
    "bytes",
    "transport",
    "from",
    "to",
    "lagSeconds",
    "lagVersions",
    "state",
    "watermark",
    "loadId",
    "cursor",
    "ms",
  ],
  "table-failed": ["table", "plan", "attempts", ...failure, "lagSeconds", "lagVersions", "watermark", "ms"],
  "table-retried": ["table", "attempt", "sqlError", "ms"],
  "table-discovered": ["table", "enabled"],
  "version-put-back": ["table", "found", "version"],
  "error-not-recorded": ["table", "what"],
  "tick-failed": [...failure, "ms"],
  "tick-retried": ["attempt", "sqlError", "ms"],
  "redis-lost": ["ledger"],
  "replica-replaced": ["ledger"],
  stopped: ["function"],
  verified: ["table", "result", "repair", "rows", "missing", "extra", "different", "repaired", "what", "ms"],
  "verification-failed": ["table", "attempts", "what"],
  module: ["module", "type", "change", "permissionsLost", "ms"],
  "needed-object": ["object", "kind", "change"],
  "needed-object-pending": ["object", "kind", "reason", "fix", "passing", "needsOthers"],
  "modules-failed": [...failure],
  /** Said once: what is exported is missing where it was to go; ticks go on as ever. */
  "telemetry-failed": ["exporter", "what"],
  "http request failed": ["function", "error"],
  "enabled by HTTP": ["table"],
  "disabled by HTTP": ["table"],
  "full load ordered by HTTP": ["table", "paused"],
  "version adopted by HTTP": ["table", "version"],
  "verification ordered by HTTP": ["table", "repair"],
  "verification cancelled by HTTP": ["table"],
  "verification of all tables ordered": ["ordered"],
} as const satisfies Readonly<Record<string, readonly string[]>>;
