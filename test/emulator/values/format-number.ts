/** Texts of numbers as CONVERT gives them ("CAST and CONVERT": float and real styles, money styles). */

/** C's %e with a three-digit exponent, the server's form. */
function exponentForm(value: number, digits: number): string {
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e") as [string, string];
  const sign = exponent.startsWith("-") ? "-" : "+";
  return `${mantissa}e${sign}${exponent.replace(/^[+-]/, "").padStart(3, "0")}`;
}

/** C's %g: at most `digits` significant digits, exponent form below 1e-4 and from 10^digits on. */
function generalForm(value: number, digits: number): string {
  if (value === 0) return "0";
  const exponent = Number(value.toExponential(digits - 1).split("e")[1]);
  if (exponent < -4 || exponent >= digits) {
    const [mantissa, power] = exponentForm(value, digits).split("e") as [string, string];
    const short = mantissa.includes(".") ? mantissa.replace(/0+$/, "").replace(/\.$/, "") : mantissa;
    return `${short}e${power}`;
  }
  const fixed = value.toFixed(Math.max(0, digits - 1 - exponent));
  return fixed.includes(".") ? fixed.replace(/0+$/, "").replace(/\.$/, "") : fixed;
}

/** @returns undefined for a style there is not */
export function formatFloat(value: number, style: number, real: boolean): string | undefined {
  switch (style) {
    case 0:
      return generalForm(value, 6);
    case 1:
      return exponentForm(value, 8);
    case 2:
      return exponentForm(value, 16);
    case 3:
      // Nine (real) or seventeen (float) digits read back to the same bits.
      return exponentForm(value, real ? 9 : 17);
    case 126:
    case 128:
    case 129:
      return exponentForm(value, real ? 9 : 16);
    default:
      return undefined;
  }
}

/** An unscaled bigint with its scale: (1250n, 2) is "12.50". */
export function formatScaled(value: bigint, scale: number): string {
  if (scale === 0) return value.toString();
  const negative = value < 0n;
  const digits = (negative ? -value : value).toString().padStart(scale + 1, "0");
  const at = digits.length - scale;
  return `${negative ? "-" : ""}${digits.slice(0, at)}.${digits.slice(at)}`;
}

/** Half away from zero. */
export function rescale(value: bigint, from: number, to: number): bigint {
  if (from === to) return value;
  if (to > from) return value * 10n ** BigInt(to - from);
  const divisor = 10n ** BigInt(from - to);
  const half = divisor / 2n;
  return value >= 0n ? (value + half) / divisor : -((-value + half) / divisor);
}

/** Style 0: two digits; 1: two digits and commas; 2: four digits. @returns undefined for a style there is not */
export function formatMoney(value: bigint, style: number): string | undefined {
  switch (style) {
    case 0:
      return formatScaled(rescale(value, 4, 2), 2);
    case 1: {
      const [whole, fraction] = formatScaled(rescale(value, 4, 2), 2).split(".") as [string, string];
      return `${whole.replace(/\B(?=(\d{3})+$)/g, ",")}.${fraction}`;
    }
    case 2:
    case 126:
      return formatScaled(value, 4);
    default:
      return undefined;
  }
}
