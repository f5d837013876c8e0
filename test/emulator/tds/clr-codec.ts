// [MS-TDS] 2.2.5.5.2 UDT Info and 2.2.5.5.3: CLR types by name, their serialised values as PLP.
import { assemblyQualifiedName } from "../values/clr-class.ts";
import { isClr } from "../values/coerce-type.ts";
import type { ClrTypeName } from "../values/sql-type.ts";
import { textEntries } from "./text-codec.ts";
import type { TypeEntries, TypeEntry } from "./raw-codec.ts";

const UDT = 0xf0;

/** MAX_BYTE_SIZE: 0xFFFF is what a type of more than 8,000 bytes says. */
const UNLIMITED = 0xffff;

const MAX_BYTES: Readonly<Record<ClrTypeName, number>> = {
  hierarchyid: 892,
  geography: UNLIMITED,
  geometry: UNLIMITED,
};

const entry: TypeEntry = {
  token: UDT,
  form: () => "plp",
  writeInfo(out, type, database = "") {
    if (!isClr(type)) throw new TypeError(`${type.name} is no CLR type`);
    out.uint16(MAX_BYTES[type.name]);
    out.bVarchar(database);
    out.bVarchar("sys");
    out.bVarchar(type.name);
    out.usVarchar(assemblyQualifiedName(type.name));
  },
  raw: () => textEntries.varbinary.raw({ name: "varbinary", length: -1 }),
};

export const clrEntries = { hierarchyid: entry, geography: entry, geometry: entry } satisfies TypeEntries;
