import type { DataTypeNode } from "./ast-names.ts";

/** `[name]`, brackets doubled. */
export function quoteName(name: string): string {
  return `[${name.replaceAll("]", "]]")}]`;
}

/** A type as the server's own scripts show it: `[varchar](10)`, `[decimal](10,2)`, `[varchar](max)`, `[dbo].[Flag]`. */
export function printDataType(type: DataTypeNode): string {
  const name = quoteName(shownName(type));
  const args = type.arguments.length === 0 ? "" : `(${type.arguments.join(",")})`;
  return `${type.schema === undefined ? "" : `${quoteName(type.schema)}.`}${name}${args}`;
}

/** Built-in types are shown in lower case, a type with a schema as it is written. */
function shownName(type: DataTypeNode): string {
  return type.schema === undefined ? type.name.toLowerCase() : type.name;
}
