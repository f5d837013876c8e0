import { decimalText } from "./type-matrix-numbers.ts";
import { codePages } from "./type-matrix-texts.ts";
import { type MatrixType, range } from "./type-matrix-type.ts";

const properties = ["BaseType", "Precision", "Scale", "MaxLength", "Collation"];

/** The bytes of the inner value, and all that a sql_variant tells of its type. */
export function compareVariant(column: string): string[] {
  return [
    `CONVERT(varbinary(8000), ${column})`,
    ...properties.map((property) => `CONVERT(nvarchar(128), SQL_VARIANT_PROPERTY(${column}, '${property}'))`),
  ];
}

const numbers = [
  "CONVERT(bit, 1)",
  "CONVERT(tinyint, 255)",
  "CONVERT(smallint, -32768)",
  "CONVERT(int, -2147483648)",
  "CONVERT(bigint, -9223372036854775808)",
  "CONVERT(money, 922337203685477.5807)",
  "CONVERT(money, -922337203685477.5808)",
  "CONVERT(smallmoney, -0.0001)",
  "CONVERT(float, 5E-324)",
  "CONVERT(float, 0E0 * -1E0)",
  "CONVERT(float, -1.7976931348623157E308)",
  "CONVERT(real, 0.1)",
  "CONVERT(real, 0E0 * -1E0)",
  "CONVERT(real, 1.401298464324817E-45)",
  ...[
    [1, 0],
    [5, 2],
    [9, 9],
    [10, 0],
    [19, 18],
    [28, 8],
    [38, 0],
    [38, 10],
    [38, 38],
  ].flatMap(([precision = 1, scale = 0]) => [
    `CONVERT(decimal(${precision},${scale}), -${decimalText("9".repeat(precision), scale)})`,
    `CONVERT(numeric(${precision},${scale}), ${decimalText("1", scale)})`,
  ]),
];

const moments = [
  "CONVERT(date, '0001-01-01')",
  "CONVERT(date, '9999-12-31')",
  "CONVERT(datetime, '1753-01-01T00:00:00')",
  "CONVERT(datetime, '2026-07-04T01:02:03.007')",
  "CONVERT(smalldatetime, '2079-06-06T23:59:00')",
  ...range(8).flatMap((scale) => [
    `CONVERT(time(${scale}), '23:59:59${scale === 0 ? "" : `.${"9".repeat(scale)}`}')`,
    `CONVERT(datetime2(${scale}), '2026-07-13T01:02:03.1234567')`,
    `CONVERT(datetimeoffset(${scale}), '2026-07-13T01:02:03.1234567${scale % 2 === 0 ? "+14:00" : "-13:59"}')`,
  ]),
];

const texts = [
  ...codePages.flatMap(({ collation, letters }) => [
    `CONVERT(varchar(60), N'${letters} ' COLLATE ${collation})`,
    `CONVERT(char(25), N'${letters}' COLLATE ${collation})`,
    `CONVERT(nvarchar(30), N'${letters} ' COLLATE ${collation})`,
  ]),
  "CONVERT(varchar(1), '')",
  "CONVERT(varchar(8000), REPLICATE('v', 8000))",
  "CONVERT(char(8000), 'v')",
  "CONVERT(nchar(4), N'a😀')",
  "CONVERT(nchar(4000), N'a')",
  "CONVERT(nvarchar(4000), REPLICATE(N'n', 4000))",
  "CONVERT(nvarchar(9), NCHAR(55357) + NCHAR(0) + NCHAR(65535))",
  "CONVERT(nvarchar(1), N'')",
];

const others = [
  "CONVERT(binary(4), 0x01)",
  "CONVERT(binary(8000), 0x01)",
  "CONVERT(varbinary(10), 0x00FF)",
  "CONVERT(varbinary(8000), REPLICATE('b', 8000))",
  "CONVERT(varbinary(1), 0x)",
  "CONVERT(uniqueidentifier, '00112233-4455-6677-8899-AABBCCDDEEFF')",
];

/** Every base type that a sql_variant may hold; several columns, so that rows hold several of them at once. */
export const variantTypes: readonly MatrixType[] = [numbers, moments, texts, others, [...others, ...moments]].map(
  (literals) => ({ declaration: "sql_variant", literals, compare: compareVariant }),
);
