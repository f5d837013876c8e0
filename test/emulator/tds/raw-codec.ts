import type { SqlType, SqlTypeName, SqlValue } from "../values/sql-type.ts";
import type { ByteReader } from "./byte-reader.ts";
import type { ByteWriter } from "./byte-writer.ts";

// [MS-TDS] 2.2.5.4 Data Types: what one type looks like on the wire, in both directions.

/** The bytes of a value that is not NULL, without the length before them. */
export interface RawCodec {
  write(out: ByteWriter, value: SqlValue): void;
  /** @param length bytes that the value has; the reader stands at the first. */
  read(input: ByteReader, length: number): SqlValue;
}

/**
 * How the length is told ([MS-TDS] 2.2.5.2.2 and 2.2.5.2.3):
 * one byte, 0 for NULL; two bytes, 0xFFFF for NULL; PLP chunks; four bytes behind a text pointer; sql_variant.
 */
export type LengthForm = "byte" | "short" | "plp" | "text" | "variant";

export interface TypeEntry {
  /** The type's token where NULL is possible, and the only one where `fixed` is absent. */
  readonly token: number;
  /** Token and size of the form without a length, which the server sends for columns that cannot be NULL. */
  readonly fixed?: { readonly token: number; readonly size: number };
  readonly form: (type: SqlType) => LengthForm;
  /** What follows the token in TYPE_INFO ([MS-TDS] 2.2.5.6); a CLR type names the database that it is seen from. */
  readonly writeInfo: (out: ByteWriter, type: SqlType, database?: string) => void;
  /** @throws InvalidLength while reading a value whose length the type does not have. */
  readonly raw: (type: SqlType) => RawCodec;
}

export type TypeEntries = Partial<Record<SqlTypeName, TypeEntry>>;
