// [MS-TDS] 2.2.5.4 Data Type Definitions: one entry per SQL type.
import type { SqlType, SqlTypeName } from "../values/sql-type.ts";
import { clrEntries } from "./clr-codec.ts";
import { dateEntries } from "./date-codec.ts";
import { numberEntries } from "./number-codec.ts";
import type { TypeEntry } from "./raw-codec.ts";
import { textEntries } from "./text-codec.ts";

const VARIANT_MOST_BYTES = 8009;

const entries: Record<SqlTypeName, TypeEntry> = {
  ...numberEntries,
  ...dateEntries,
  ...textEntries,
  ...clrEntries,
  sql_variant: {
    token: 0x62,
    form: () => "variant",
    writeInfo: (out) => out.uint32(VARIANT_MOST_BYTES),
    raw: () => ({
      write: () => undefined,
      read: () => null,
    }),
  },
};

export function typeEntry(type: SqlType): TypeEntry {
  return entries[type.name];
}
