import { TYPES } from "tedious";
import type { SqlType } from "../../emulator/values/sql-type.ts";

export interface DriverType {
  readonly type: (typeof TYPES)[keyof typeof TYPES];
  /** Nothing but what the type takes: the driver writes what it is given. */
  readonly options: { readonly length?: number; readonly precision?: number; readonly scale?: number };
}

const plain: Partial<Record<SqlType["name"], DriverType["type"]>> = {
  bit: TYPES.Bit,
  tinyint: TYPES.TinyInt,
  smallint: TYPES.SmallInt,
  int: TYPES.Int,
  bigint: TYPES.BigInt,
  money: TYPES.Money,
  smallmoney: TYPES.SmallMoney,
  real: TYPES.Real,
  float: TYPES.Float,
  date: TYPES.Date,
  datetime: TYPES.DateTime,
  smalldatetime: TYPES.SmallDateTime,
  uniqueidentifier: TYPES.UniqueIdentifier,
};

const scaled: Partial<Record<SqlType["name"], DriverType["type"]>> = {
  decimal: TYPES.Decimal,
  time: TYPES.Time,
  datetime2: TYPES.DateTime2,
  datetimeoffset: TYPES.DateTimeOffset,
};

const sized: Partial<Record<SqlType["name"], DriverType["type"]>> = {
  char: TYPES.Char,
  varchar: TYPES.VarChar,
  nchar: TYPES.NChar,
  nvarchar: TYPES.NVarChar,
  binary: TYPES.Binary,
  varbinary: TYPES.VarBinary,
};

/** The driver's own type for a column, lossy or not. @throws Error for one that no case of the bench has */
export function driverTypeOf({ name, length = 0, precision, scale = 0 }: SqlType): DriverType {
  if (plain[name] !== undefined) return { type: plain[name], options: {} };
  if (scaled[name] !== undefined) {
    return { type: scaled[name], options: { scale, ...(precision !== undefined && { precision }) } };
  }
  if (sized[name] !== undefined) return { type: sized[name], options: { length: length === -1 ? Infinity : length } };
  throw new Error(`the bench has no column of type ${name}`);
}
