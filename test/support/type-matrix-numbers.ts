import { type MatrixType, plain, range } from "./type-matrix-type.ts";

/** The unscaled digits with the point where the scale puts it. */
export function decimalText(digits: string, scale: number): string {
  const padded = digits.padStart(scale + 1, "0");
  const point = padded.length - scale;
  return scale === 0 ? padded : `${padded.slice(0, point)}.${padded.slice(point)}`;
}

/** All precisions, and with them all storage lengths (5, 9, 13, 17 bytes); without digits behind the point, with nothing else, and between. */
const decimals: readonly MatrixType[] = range(38).flatMap((at) => {
  const precision = at + 1;
  const scales = new Set([0, Math.floor(precision / 3), precision]);
  return [...scales].map((scale) => {
    const most = decimalText("9".repeat(precision), scale);
    const least = decimalText("1", scale);
    const odd = decimalText("1234567890".repeat(4).slice(0, precision), scale);
    const name = (precision + scale) % 2 === 0 ? "decimal" : "numeric";
    return plain(`${name}(${precision},${scale})`, most, `-${most}`, least, `-${least}`, "0", `-${odd}`);
  });
});

const doubles = [
  "0.1E0 + 0.2E0",
  "1.7976931348623157E308",
  "-1.7976931348623157E308",
  "2.2250738585072014E-308", // the least normal one
  "-2.2250738585072009E-308", // the greatest denormal one
  "4.9406564584124654E-324", // the least one
  "-4.9406564584124654E-324",
  "0E0 * -1E0",
  "0E0",
  "9007199254740993E0",
  "5E-324 * 3",
  "123456789.12345678E0",
];

const singles = [
  "0.1E0",
  "3.4028234663852886E38",
  "-3.4028234663852886E38",
  "1.1754943508222875E-38",
  "-1.1754942106924411E-38",
  "1.401298464324817E-45",
  "-1.401298464324817E-45",
  "0E0 * -1E0",
  "0E0",
  "16777217E0",
  "1.00000011920929E0",
];

const numbers: readonly MatrixType[] = [
  plain("bit", "0", "1"),
  plain("tinyint", "0", "255", "128"),
  plain("smallint", "-32768", "32767", "0", "-1", "255"),
  plain("int", "-2147483648", "2147483647", "0", "-1", "256"),
  plain("bigint", "-9223372036854775808", "9223372036854775807", "9007199254740993", "-9007199254740993", "0", "-1"),
  plain(
    "money",
    "922337203685477.5807",
    "-922337203685477.5808",
    "0.0001",
    "-0.0001",
    "900719925474.0993",
    "0",
    "-214748.3649",
  ),
  plain("smallmoney", "214748.3647", "-214748.3648", "0.0345", "-0.0001", "0"),
  plain("float", ...doubles),
  plain("float(25)", ...doubles),
  plain("float(53)", ...doubles.toReversed()),
  plain("real", ...singles),
  plain("float(24)", ...singles),
  plain("float(1)", ...singles.toReversed()),
];

export const numberTypes: readonly MatrixType[] = numbers;
export const decimalTypes: readonly MatrixType[] = decimals;
