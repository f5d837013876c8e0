/** A table by its two-part name, exactly as the primary's catalog spells it. */
export interface TableName {
  readonly schema: string;
  readonly name: string;
}

/**
 * The table's name in Redis keys, log lines and URLs: `User` for dbo tables, else `schema.Table`; a part that contains
 * `.`, `[` or `]` is bracket-quoted, so that dbo's `sales.OrderLine` ([sales.OrderLine]) and sales.OrderLine differ.
 */
export function tableKey(table: TableName): string {
  return table.schema === "dbo" ? keyPart(table.name) : `${keyPart(table.schema)}.${keyPart(table.name)}`;
}

function keyPart(part: string): string {
  return /[.[\]]/.test(part) ? `[${part.replaceAll("]", "]]")}]` : part;
}

/** The inverse of `tableKey`; undefined for text that is no table's key. `dbo.User` and `[User]` are read as well. */
export function parseTableKey(key: string): TableName | undefined {
  const parts: string[] = [];
  let rest = key;
  for (;;) {
    const part = /^\[((?:[^\]]|\]\])+)\]|^([^.[\]]+)/.exec(rest);
    if (part === null) return undefined;
    parts.push(part[1] !== undefined ? part[1].replaceAll("]]", "]") : (part[2] ?? ""));
    rest = rest.slice(part[0].length);
    if (rest === "") break;
    if (!rest.startsWith(".")) return undefined;
    rest = rest.slice(1);
  }
  const [first, second] = parts;
  if (first === undefined || parts.length > 2) return undefined;
  return second === undefined ? { schema: "dbo", name: first } : { schema: first, name: second };
}
