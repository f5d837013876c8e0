/** Where a table stands, as GET /api/tables, the health report and telemetry say it. */
export const tableStates = ["paused", "new", "loading", "live", "blocked"] as const;

export type TableState = (typeof tableStates)[number];
