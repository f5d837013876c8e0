/** A Change Tracking version. The driver gives bigint columns as decimal text; here it is always a `bigint`. */
export type Version = bigint;

/** Reads a version written as decimal text; undefined when the text is anything else or beyond SQL Server's bigint. */
export function parseVersion(text: string): Version | undefined {
  if (!/^\d{1,19}$/.test(text)) return undefined;
  const version = BigInt(text);
  return version <= 9_223_372_036_854_775_807n ? version : undefined;
}
