/** A piece of a query. Strings come without their quotes, parameters of a workbook without their braces. */
export interface KqlToken {
  readonly kind: "name" | "string" | "number" | "parameter" | "sign";
  readonly text: string;
}

const pieces =
  /(?<blank>\s+|\/\/[^\n]*)|(?<name>[A-Za-z_]\w*)|(?<number>\d+(?:\.\d+)?(?:ms|[smhd])?\b)|"(?<string>(?:[^"\\]|\\.)*)"|\{(?<parameter>\w+(?::\w+)?)\}|(?<sign>==|!=|<=|>=|=~|[|;,()=<>.+*/-])/gy;

/**
 * Splits a query of the Kusto Query Language into its pieces.
 * https://learn.microsoft.com/kusto/query/schema-entities/entity-names
 * @throws Error at what is none of them
 */
export function tokenizeKql(text: string): KqlToken[] {
  const tokens: KqlToken[] = [];
  let at = 0;
  for (const match of text.matchAll(pieces)) {
    at = match.index + match[0].length;
    const groups = match.groups ?? {};
    for (const kind of ["name", "string", "number", "parameter", "sign"] as const) {
      const piece = groups[kind];
      if (piece !== undefined) tokens.push({ kind, text: piece });
    }
  }
  if (at < text.length) throw new Error(`no query goes on with: ${text.slice(at, at + 40)}`);
  return tokens;
}
