const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * The longest time between two runs of a timer in seconds, or somewhat more: lists and ranges are not looked into.
 * undefined for one that does not run every day.
 * @param schedule NCRONTAB with six fields, or a time span
 */
export function schedulePeriod(schedule: string): number | undefined {
  const text = schedule.trim();
  if (text.includes(":")) {
    const [seconds = 0, minutes = 0, hours = 0, days = 0] = text.split(/[.:]/).map(Number).reverse();
    return days * day + hours * hour + minutes * minute + seconds;
  }
  const [, minutes = "", hours = "", ...dates] = text.split(/\s+/);
  if (dates.some((field) => field !== "*")) return undefined;
  const everyHours = stepOf(hours);
  if (everyHours !== 1) return everyHours === undefined ? day : everyHours * hour;
  const everyMinutes = stepOf(minutes);
  return everyMinutes === undefined ? hour : everyMinutes * minute;
}

function stepOf(field: string): number | undefined {
  const step = /^\*(?:\/(\d+))?$/.exec(field);
  return step === null ? undefined : Number(step[1] ?? 1);
}
