import { aliasTypes, byteTypes, clrTypes, xmlTypes } from "./type-matrix-bytes.ts";
import { momentTypes } from "./type-matrix-moments.ts";
import { decimalTypes, numberTypes } from "./type-matrix-numbers.ts";
import { codePageTypes, textTypes } from "./type-matrix-texts.ts";
import type { MatrixType } from "./type-matrix-type.ts";
import { variantTypes } from "./type-matrix-variants.ts";

/** Types that stand side by side in one table: few enough for a row of 8,060 bytes, and for the carriers of the driver. */
export interface MatrixGroup {
  readonly name: string;
  readonly types: readonly MatrixType[];
}

/** Every type that a table's column can have on SQL Server 2022, at its limits. */
export const typeMatrix: readonly MatrixGroup[] = [
  { name: "Numbers", types: numberTypes },
  ...slices("Decimals", decimalTypes, 60),
  { name: "Moments", types: momentTypes },
  ...slices("CodePages", codePageTypes, 30),
  { name: "Texts", types: textTypes },
  { name: "Bytes", types: [...byteTypes, ...aliasTypes] },
  { name: "Xml", types: xmlTypes },
  { name: "Clr", types: clrTypes },
  { name: "Variants", types: variantTypes },
];

function slices(name: string, types: readonly MatrixType[], size: number): MatrixGroup[] {
  const count = Math.ceil(types.length / size);
  return Array.from({ length: count }, (_, at) => ({
    name: `${name}${at + 1}`,
    types: types.slice(at * size, (at + 1) * size),
  }));
}
