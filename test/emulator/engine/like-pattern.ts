/** LIKE and PATINDEX patterns ("LIKE (Transact-SQL)") as regular expressions. */

const SPECIAL = /[\\^$.*+?()[\]{}|/-]/;

function quote(char: string): string {
  return SPECIAL.test(char) ? `\\${char}` : char;
}

/**
 * @param blanks whether trailing blanks of the matched text do not count (char and varchar)
 * @param anchored false for PATINDEX without a leading %
 */
export function likePattern(
  pattern: string,
  escape: string | undefined,
  caseSensitive: boolean,
  blanks: boolean,
): RegExp {
  let out = "^";
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at]!;
    if (escape !== undefined && char === escape && at + 1 < pattern.length) {
      out += quote(pattern[++at]!);
    } else if (char === "%") out += "[\\s\\S]*";
    else if (char === "_") out += "[\\s\\S]";
    else if (char === "[") {
      const parsed = charClass(pattern, at, escape);
      if (parsed === undefined) return /(?!)/;
      out += parsed.source;
      at = parsed.end;
    } else out += quote(char);
  }
  return new RegExp(`${out}${blanks ? " *" : ""}$`, caseSensitive ? "" : "i");
}

function charClass(
  pattern: string,
  start: number,
  escape: string | undefined,
): { source: string; end: number } | undefined {
  let at = start + 1;
  let body = "";
  const negated = pattern[at] === "^";
  if (negated) at++;
  const first = at;
  while (at < pattern.length && (pattern[at] !== "]" || at === first)) {
    if (escape !== undefined && pattern[at] === escape && at + 1 < pattern.length) at++;
    else if (pattern[at] === "-" && at > first && at + 1 < pattern.length && pattern[at + 1] !== "]") {
      body += "-";
      at++;
      continue;
    }
    body += quote(pattern[at]!);
    at++;
  }
  if (at >= pattern.length) return undefined;
  return { source: `[${negated ? "^" : ""}${body}]`, end: at };
}
