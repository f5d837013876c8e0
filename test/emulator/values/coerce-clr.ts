import { hierarchyPath, hierarchyText, parseHierarchyid } from "./hierarchyid.ts";
import { isUnicode, typeFamily } from "./coerce-type.ts";
import { parseWkt } from "./parse-wkt.ts";
import { readSpatial } from "./spatial-value.ts";
import { Unsupported } from "./sql-error.ts";
import type { ClrTypeName, SqlType, SqlValue } from "./sql-type.ts";
import { wktText } from "./wkt-text.ts";

/**
 * Conversions of hierarchyid, geography and geometry. Text is what Parse takes and ToString gives, binary is the
 * serialised value ("hierarchyid data type method reference", "Using user-defined types"). From text and binary they are
 * implicit, back they must be written.
 */

type NotNull = Exclude<SqlValue, null>;

/** hierarchyid::Parse, geography::Parse, geometry::Parse. @throws SqlError 6522 */
export function parseClr(text: string, type: ClrTypeName): Buffer {
  return type === "hierarchyid" ? parseHierarchyid(text) : parseWkt(text, type);
}

/** The ToString method. */
export function clrText(bytes: Buffer, type: ClrTypeName): string {
  return type === "hierarchyid" ? hierarchyText(hierarchyPath(bytes)) : wktText(readSpatial(bytes, type), type, true);
}

/** From text or binary, whose bytes are kept. @throws SqlError 6522 (from the returned function) where they are no such value */
export function toClr(from: SqlType, type: ClrTypeName): (value: NotNull) => SqlValue {
  if (typeFamily(from) === "string") return (value) => parseClr(value as string, type);
  return (value) => {
    const bytes = value as Buffer;
    if (type === "hierarchyid") hierarchyPath(bytes);
    else readSpatial(bytes, type);
    return bytes;
  };
}

/** @throws Unsupported (from the returned function) where the value does not fit: what the server does then is not documented */
export function clrToText(from: ClrTypeName, to: SqlType): (value: NotNull) => string {
  const most = to.length === undefined || to.length === -1 ? Infinity : to.length;
  if (!isUnicode(to) && to.name !== "varchar" && to.name !== "char") throw new Unsupported(`${from} as ${to.name}`);
  return (value) => {
    const text = clrText(value as Buffer, from);
    if (text.length > most) throw new Unsupported(`a ${from} of ${text.length} characters as ${to.name}(${most})`);
    return text;
  };
}

/** The serialised value. @throws Unsupported (from the returned function) where it does not fit, as with text */
export function clrToBinary(from: ClrTypeName, to: SqlType): (value: NotNull) => Buffer {
  const most = to.length === undefined || to.length === -1 ? Infinity : to.length;
  return (value) => {
    const bytes = value as Buffer;
    const fits = to.name === "varbinary" ? bytes.length <= most : bytes.length === most;
    if (!fits) throw new Unsupported(`a ${from} of ${bytes.length} bytes as ${to.name}(${most})`);
    return bytes;
  };
}
