import type { History, HistoryStep, Place, Write } from "./history.ts";

/** A history as a person reads it: its tables, and one numbered step after the other. */
export function historyText(history: History): string {
  const settings = Object.entries(history.settings).map(([name, value]) => `${name}=${value}`);
  const lines = [
    `seed ${history.seed}, snapshot isolation ${history.snapshot ? "on" : "off"}, ${settings.join(" ")}`,
    ...history.tables.map(
      ({ name, definition, foreignKey }) =>
        `table ${name} (${[...definition, ...(foreignKey === undefined ? [] : [foreignKey.text])].join(", ")})`,
    ),
    ...history.steps.map((step, at) => `${String(at + 1).padStart(3)}. ${indented(stepText(step))}`),
  ];
  return lines.join("\n");
}

export function stepText(step: HistoryStep): string {
  switch (step.kind) {
    case "write":
      return `${step.rollback === true ? "write, rolled back" : "write"}:${writesText(step.writes)}`;
    case "tick":
      return `${step.times} tick${step.times > 1 ? "s" : ""}${step.apps === 2 ? ", two apps at the same time" : ""}, ${step.after} s later`;
    case "tick-with-writes":
      return `1 tick; ${placeText(step.place)} the primary is written to:${writesText(step.writes)}`;
    case "fault":
      return `from now on, ${placeText(step.place)}: ${step.what === "drop" ? "the connection breaks" : `error ${step.what}`}${step.times > 1 ? `, ${step.times} times` : ""}`;
    case "crash":
      return `1 tick; ${placeText(step.place)} the app is stopped; a new one takes its place`;
    case "stall":
      return `1 tick; ${placeText(step.place)} the app stands still, its leases end, another app ticks, it goes on; before that the primary is written to:${writesText(step.writes)}`;
    case "operator":
      return `operator: ${step.does} ${step.table}`;
    case "tracking":
      return `ALTER TABLE ${step.table} ${step.on ? "ENABLE" : "DISABLE"} CHANGE_TRACKING`;
    case "recreate":
      return `${step.table} is dropped and made again on the primary`;
    case "backup":
      return `backup of the ${step.side}`;
    case "restore":
      return `the ${step.side} is restored to its last backup`;
    case "tamper":
      return `by hand on the replica: ${step.sql}`;
    case "drop-on-replica":
      return `on the replica ${step.table}'s ${step.what === "table" ? "table is dropped" : "ledger row is deleted"}`;
    case "flush-redis":
      return "FLUSHALL";
    case "redis-garbage":
      return `Redis: SET ${step.key}:${step.table} ${JSON.stringify(step.value)}`;
    case "end-connections":
      return `all connections to the ${step.side} are ended`;
    case "outage":
      return `1 tick while the ${step.side} is away`;
    case "time":
      return `${step.minutes} minutes pass${step.of === "app" ? " by the app's clock" : ""}`;
    case "forget-history":
      return `${step.place === undefined ? "" : `1 tick; ${placeText(step.place)} `}the primary forgets the history of ${step.table}`;
  }
}

function placeText({ side, at, after }: Place): string {
  return `at ${at} ${after + 1} on the ${side}`;
}

function writesText(writes: readonly Write[]): string {
  return writes.map(({ sql }) => `\n${sql}`).join("");
}

function indented(text: string): string {
  return text.replaceAll("\n", "\n       ");
}
