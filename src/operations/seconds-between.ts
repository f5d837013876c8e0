/** Seconds from one time of the primary's clock to another; NaN where a text is no time. Texts without an offset are UTC. */
export function secondsBetween(from: string, to: string): number {
  return (parseTime(to) - parseTime(from)) / 1000;
}

function parseTime(text: string): number {
  return Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text.replace(" ", "T")}Z`);
}
