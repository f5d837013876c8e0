import { TYPES } from "tedious";

/** What the driver's documented API needs to know of a column. */
export interface DriverColumn {
  readonly type: (typeof TYPES)[keyof typeof TYPES];
  /** Characters or bytes; Infinity: (max). */
  readonly length?: number;
}

/**
 * The driver's types whose values come back from it as they went in: integers and bits are numbers, booleans and (bigint) decimal text,
 * float and real are JS numbers (-0 is written as 0), nvarchar is UTF-16 as in JS, varbinary a Buffer. Every other type is lossy or cannot
 * be written (decimal and money are numbers, dates lose what is below 1 ms): sql/carried-column.ts has what stands for them.
 */
const plainTypes: ReadonlyMap<string, DriverColumn["type"]> = new Map(
  Object.entries({
    bit: TYPES.Bit,
    tinyint: TYPES.TinyInt,
    smallint: TYPES.SmallInt,
    int: TYPES.Int,
    bigint: TYPES.BigInt,
    real: TYPES.Real,
    float: TYPES.Float,
  }),
);

const sizedTypes: ReadonlyMap<string, DriverColumn["type"]> = new Map(
  Object.entries({
    nvarchar: TYPES.NVarChar,
    varbinary: TYPES.VarBinary,
  }),
);

/**
 * The driver's type for a declaration such as `int` or `nvarchar(max) COLLATE ...`.
 * @throws Error for a type whose values the driver does not carry losslessly
 */
export function driverColumn(declaration: string): DriverColumn {
  const [, name = "", size] = /^(\w+)(?:\((max|\d+)\))?(?: COLLATE \w+)?$/.exec(declaration) ?? [];
  const plain = plainTypes.get(name);
  if (plain !== undefined && size === undefined) return { type: plain };
  const sized = sizedTypes.get(name);
  if (sized !== undefined && size !== undefined)
    return { type: sized, length: size === "max" ? Infinity : Number(size) };
  throw new Error(`carry a column of type ${declaration} by the driver: its values would be lossy`);
}
