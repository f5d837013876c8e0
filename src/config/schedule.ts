/**
 * The timer schedules that Azure Functions takes: NCRONTAB with six fields, or a time span.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
 */

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const fields: readonly Field[] = [
  { name: "second", min: 0, max: 59 },
  { name: "minute", min: 0, max: 59 },
  { name: "hour", min: 0, max: 23 },
  { name: "day", min: 1, max: 31 },
  { name: "month", min: 1, max: 12, names: months },
  { name: "day of week", min: 0, max: 6, names: weekdays },
];

/** What is wrong with a schedule; undefined when the host will take it. */
export function scheduleProblem(text: string): string | undefined {
  const schedule = text.trim();
  if (/^(\d{1,4}[.:])?\d{1,2}:[0-5]\d:[0-5]\d$/.test(schedule)) return undefined;
  const parts = schedule.split(/\s+/);
  if (parts.length !== fields.length) {
    return `has ${parts.length} fields; NCRONTAB has six: {second} {minute} {hour} {day} {month} {day of week}`;
  }
  for (const [at, field] of fields.entries()) {
    const part = parts[at] ?? "";
    if (!part.split(",").every((item) => isItem(item, field))) {
      return `does not name a ${field.name} between ${field.min} and ${field.max} by '${part}'`;
    }
  }
  return undefined;
}

/** `*`, `5`, `1-5`, each with an optional `/step`. */
function isItem(item: string, field: Field): boolean {
  const [range = "", step, ...more] = item.split("/");
  if (more.length > 0 || (step !== undefined && !/^[1-9]\d{0,3}$/.test(step))) return false;
  if (range === "*") return true;
  const ends = range.split("-").map((end) => valueOf(end, field));
  return ends.length <= 2 && ends.every((end) => end !== undefined && end >= field.min && end <= field.max);
}

function valueOf(text: string, field: Field): number | undefined {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  const at = text.length < 3 ? -1 : (field.names ?? []).findIndex((name) => text.toLowerCase().startsWith(name));
  return at < 0 ? undefined : at + field.min;
}
