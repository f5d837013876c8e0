/** -0, told from 0 by its sign bit. */
export function isMinusZero(value: string, type: string): string {
  return type === "float"
    ? `CONVERT(binary(8), ${value}) = 0x8000000000000000`
    : `CONVERT(binary(4), ${value}) = 0x80000000`;
}

/** The value with its sign given back: no text or number of the driver carries it. */
export function withMinusZero(carried: string, isMinus: string): string {
  return `CASE WHEN ${isMinus} THEN ${carried} * -1E0 ELSE ${carried} END`;
}
