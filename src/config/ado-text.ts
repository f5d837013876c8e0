/**
 * Splits a connection string of `key=value;` pairs as SqlClient does: keys in any case, a value may stand in single or
 * double quotes with the quote doubled inside, the last of equal keys wins, empty pairs mean nothing.
 * https://learn.microsoft.com/dotnet/framework/data/adonet/connection-string-syntax
 * @returns the pairs by their keys as written, or undefined when it is no such text
 */
export function parseAdoText(text: string): Map<string, string> | undefined {
  const pairs = new Map<string, string>();
  let rest = text;
  for (;;) {
    rest = rest.replace(/^[\s;]+/, "");
    if (rest === "") return pairs;
    const key = /^([^=;]+)=\s*/.exec(rest);
    if (key?.[1] === undefined) return undefined;
    rest = rest.slice(key[0].length);
    const value = /^"((?:[^"]|"")*)"\s*(?:;|$)|^'((?:[^']|'')*)'\s*(?:;|$)|^([^;"'][^;]*|)(?:;|$)/.exec(rest);
    if (value === null) return undefined;
    pairs.set(
      key[1].trim(),
      (value[1]?.replaceAll('""', '"') ?? value[2]?.replaceAll("''", "'") ?? value[3] ?? "").trim(),
    );
    rest = rest.slice(value[0].length);
  }
}
