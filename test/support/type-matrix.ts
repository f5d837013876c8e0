/** A type with values at its limits, as T-SQL, and what is to be compared of it beside its bytes. */
export interface MatrixType {
  readonly declaration: string;
  readonly literals: readonly string[];
  /** Expressions that can be cast to varbinary(max); by default the column itself. */
  readonly compare: (column: string) => string[];
}

const plain = (column: string): string[] => [column];
const as =
  (type: string) =>
  (column: string): string[] => [`CONVERT(${type}, ${column})`];

const variantProperties = ["BaseType", "Precision", "Scale", "MaxLength", "Collation"];

/** The bytes of the inner value, and all that a sql_variant tells of its type. */
const variant = (column: string): string[] => [
  `CONVERT(varbinary(8000), ${column})`,
  ...variantProperties.map((property) => `CONVERT(nvarchar(128), SQL_VARIANT_PROPERTY(${column}, '${property}'))`),
];

const long = (text: string, length: number): string =>
  `REPLICATE(CONVERT(nvarchar(max), N'${text}'), ${Math.ceil(length / text.length)})`;

/** A lone high surrogate between two letters. */
const loneSurrogate = "N'a' + NCHAR(55357) + N'b'";

export const typeMatrix: readonly MatrixType[] = [
  { declaration: "bit", literals: ["0", "1"], compare: plain },
  { declaration: "tinyint", literals: ["0", "255"], compare: plain },
  { declaration: "smallint", literals: ["-32768", "32767", "0"], compare: plain },
  { declaration: "int", literals: ["-2147483648", "2147483647"], compare: plain },
  {
    declaration: "bigint",
    literals: ["-9223372036854775808", "9223372036854775807", "9007199254740993"],
    compare: plain,
  },
  { declaration: "decimal(1,0)", literals: ["9", "-9", "0"], compare: plain },
  { declaration: "decimal(9,4)", literals: ["99999.9999", "-0.0001"], compare: plain },
  { declaration: "decimal(18,4)", literals: ["99999999999999.9999", "-99999999999999.9999"], compare: plain },
  { declaration: "numeric(28,8)", literals: ["99999999999999999999.99999999", "0.00000001"], compare: plain },
  {
    declaration: "decimal(38,0)",
    literals: ["99999999999999999999999999999999999999", "-99999999999999999999999999999999999999", "1"],
    compare: plain,
  },
  {
    declaration: "decimal(38,38)",
    literals: ["0.99999999999999999999999999999999999999", "-0.00000000000000000000000000000000000001"],
    compare: plain,
  },
  { declaration: "money", literals: ["922337203685477.5807", "-922337203685477.5808", "0.0001"], compare: plain },
  { declaration: "smallmoney", literals: ["214748.3647", "-214748.3648", "0.0345"], compare: plain },
  {
    declaration: "float",
    literals: [
      "0.1E0 + 0.2E0",
      "1.7976931348623157E308",
      "-2.2250738585072014E-308",
      "4.9406564584124654E-324",
      "0E0 * -1E0",
    ],
    compare: plain,
  },
  { declaration: "real", literals: ["0.1E0", "3.4028234663852886E38", "-1.17549435E-38"], compare: plain },
  { declaration: "date", literals: ["'0001-01-01'", "'9999-12-31'"], compare: plain },
  { declaration: "time(0)", literals: ["'00:00:00'", "'23:59:59'"], compare: plain },
  { declaration: "time(3)", literals: ["'12:34:56.789'"], compare: plain },
  { declaration: "time(7)", literals: ["'23:59:59.9999999'", "'00:00:00.0000001'"], compare: plain },
  {
    declaration: "datetime",
    literals: [
      "'1753-01-01T00:00:00'",
      "'9999-12-31T23:59:59.997'",
      "'2026-07-04T01:02:03.003'",
      "'2026-07-04T01:02:03.007'",
    ],
    compare: plain,
  },
  { declaration: "smalldatetime", literals: ["'1900-01-01T00:00:00'", "'2079-06-06T23:59:00'"], compare: plain },
  { declaration: "datetime2(0)", literals: ["'0001-01-01T00:00:00'"], compare: plain },
  {
    declaration: "datetime2(7)",
    literals: ["'9999-12-31T23:59:59.9999999'", "'0001-01-01T00:00:00'", "'2026-07-04T01:02:03.0000001'"],
    compare: plain,
  },
  { declaration: "datetimeoffset(3)", literals: ["'2026-07-04T01:02:03.456-14:00'"], compare: plain },
  {
    declaration: "datetimeoffset(7)",
    literals: [
      "'2026-07-04T01:02:03.1234567+14:00'",
      "'2026-07-04T01:02:03.0000001-00:30'",
      "'9999-12-31T23:59:59.9999999+00:00'",
      "'0001-01-01T00:00:00+00:00'",
    ],
    compare: plain,
  },
  { declaration: "char(5) COLLATE Latin1_General_100_CI_AS", literals: ["'ab'", "N'é€'", "''"], compare: plain },
  {
    declaration: "varchar(50) COLLATE Latin1_General_100_CI_AS",
    literals: ["''", "' trailing  '", "N'déjà €'", "CHAR(129) + CHAR(10)"],
    compare: plain,
  },
  { declaration: "varchar(50) COLLATE Greek_CI_AS", literals: ["N'αβγ άέ'", "N'Ω'"], compare: plain },
  { declaration: "varchar(50) COLLATE Cyrillic_General_CI_AS", literals: ["N'привет'", "'ascii'"], compare: plain },
  { declaration: "varchar(50) COLLATE Japanese_CI_AS", literals: ["N'日本語ｱ'"], compare: plain },
  {
    declaration: "varchar(100) COLLATE Latin1_General_100_CI_AS_SC_UTF8",
    literals: ["N'日本 😀 é'", "'ascii'", "''"],
    compare: plain,
  },
  { declaration: "char(12) COLLATE Latin1_General_100_CI_AS_SC_UTF8", literals: ["N'é😀'"], compare: plain },
  { declaration: "varchar(8000)", literals: ["REPLICATE('x', 8000)", "'short'"], compare: plain },
  {
    declaration: "varchar(max) COLLATE Latin1_General_100_CI_AS",
    literals: ["''", `CONVERT(varchar(max), ${long("é", 8001)})`, `CONVERT(varchar(max), ${long("long ", 100_000)})`],
    compare: plain,
  },
  { declaration: "nchar(4)", literals: ["N'a😀'", loneSurrogate, "N''"], compare: plain },
  {
    declaration: "nvarchar(50)",
    literals: ["N''", "N'日本語 😀  '", loneSurrogate, "NCHAR(0) + N'after nul'"],
    compare: plain,
  },
  { declaration: "nvarchar(4000)", literals: ["REPLICATE(N'é', 4000)"], compare: plain },
  { declaration: "nvarchar(max)", literals: ["N''", long("日本", 100_001), loneSurrogate], compare: plain },
  { declaration: "text COLLATE Greek_CI_AS", literals: ["N'αβγ'", "''"], compare: as("varchar(max)") },
  { declaration: "ntext", literals: ["N'日本'", "N''"], compare: as("nvarchar(max)") },
  { declaration: "binary(4)", literals: ["0x00000000", "0xFF00FF00", "0x01"], compare: plain },
  { declaration: "varbinary(16)", literals: ["0x", "0x00", "0x0100", "0xFFFEFDD1D2"], compare: plain },
  { declaration: "varbinary(8000)", literals: ["CONVERT(varbinary(8000), REPLICATE('z', 8000))"], compare: plain },
  {
    declaration: "varbinary(max)",
    literals: ["0x", `CONVERT(varbinary(max), ${long("ab", 60_000)})`, "0xD1"],
    compare: plain,
  },
  { declaration: "image", literals: ["0x0102", "0x"], compare: as("varbinary(max)") },
  {
    declaration: "uniqueidentifier",
    literals: ["'00112233-4455-6677-8899-AABBCCDDEEFF'", "'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF'"],
    compare: plain,
  },
  {
    declaration: "xml",
    literals: ["N'<a b=\"1\"> <c/>  text é😀 </a>'", "N'<one/>'"],
    compare: as("nvarchar(max)"),
  },
  {
    declaration: "sql_variant",
    literals: [
      "CONVERT(bit, 1)",
      "CONVERT(tinyint, 255)",
      "CONVERT(smallint, -5)",
      "CONVERT(int, 7)",
      "CONVERT(bigint, -9223372036854775808)",
      "CONVERT(decimal(38,10), -1234567890.0000000001)",
      "CONVERT(numeric(5,2), 123.45)",
      "CONVERT(money, 922337203685477.5807)",
      "CONVERT(smallmoney, -0.0001)",
      "CONVERT(float, 5E-324)",
      "CONVERT(real, 0.1)",
      "CONVERT(date, '2026-07-04')",
      "CONVERT(time(3), '01:02:03.456')",
      "CONVERT(time(7), '01:02:03.4567891')",
      "CONVERT(datetime, '2026-07-04T01:02:03.007')",
      "CONVERT(smalldatetime, '2026-07-04T01:02:00')",
      "CONVERT(datetime2(2), '2026-07-04T01:02:03.45')",
      "CONVERT(datetime2(7), '2026-07-04T01:02:03.0000001')",
      "CONVERT(datetimeoffset(7), '2026-07-04T01:02:03.0000001+05:30')",
      "CONVERT(uniqueidentifier, '00112233-4455-6677-8899-AABBCCDDEEFF')",
      "CONVERT(char(5), 'ab')",
      "CONVERT(varchar(20), N'привет' COLLATE Cyrillic_General_CI_AS)",
      "CONVERT(varchar(8000), REPLICATE('v', 8000))",
      "CONVERT(nchar(4), N'a😀')",
      "CONVERT(nvarchar(30), N'variant ' COLLATE Latin1_General_100_CS_AS)",
      "CONVERT(nvarchar(4000), REPLICATE(N'n', 4000))",
      "CONVERT(binary(4), 0x01)",
      "CONVERT(varbinary(10), 0x00FF)",
      "CONVERT(varchar(5), '')",
    ],
    compare: variant,
  },
];
