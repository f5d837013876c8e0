/** A type that a primary key can have, with values that are hard to order or to write as text. */
export interface KeyPool {
  /** T-SQL type with its collation. */
  readonly type: string;
  /** T-SQL expressions; the server may call some of them equal. */
  readonly values: readonly string[];
  /** A value and another spelling of it, which the server calls equal although the bytes are not. */
  readonly spellings?: readonly (readonly [from: string, to: string])[];
}

const plain = (type: string, ...values: string[]): KeyPool => ({ type, values });

/** `type 'text'` as a value of that type. */
const typed = (type: string, ...texts: string[]): KeyPool => ({
  type,
  values: texts.map((text) => `CONVERT(${type}, '${text}')`),
});

const numbers: readonly KeyPool[] = [
  plain("bit", "0", "1"),
  plain("tinyint", "0", "1", "127", "128", "254", "255"),
  plain("smallint", "-32768", "-1", "0", "1", "255", "256", "32767"),
  plain("int", "-2147483648", "-65536", "-1", "0", "1", "65535", "2147483647"),
  plain(
    "bigint",
    "-9223372036854775808",
    "-9007199254740993",
    "-9007199254740992",
    "0",
    "9007199254740992",
    "9007199254740993",
    "9223372036854775807",
  ),
  plain(
    "decimal(38,0)",
    "-99999999999999999999999999999999999999",
    "-9223372036854775809",
    "-1",
    "0",
    "1",
    "99999999999999999999999999999999999998",
    "99999999999999999999999999999999999999",
  ),
  plain(
    "decimal(38,38)",
    "-0.99999999999999999999999999999999999999",
    "-0.00000000000000000000000000000000000001",
    "0",
    "0.00000000000000000000000000000000000001",
    "0.00000000000000000000000000000000000002",
    "0.99999999999999999999999999999999999999",
  ),
  plain("numeric(9,4)", "-99999.9999", "-0.0001", "0", "0.0001", "0.001", "99999.9998", "99999.9999"),
  plain("decimal(19,2)", "-99999999999999999.99", "-0.01", "0", "90071992547409.93", "99999999999999999.99"),
  plain("numeric(28,8)", "-99999999999999999999.99999999", "0.00000001", "1", "99999999999999999999.99999999"),
  plain("money", "-922337203685477.5808", "-0.0001", "0", "0.0001", "0.0099", "0.01", "922337203685477.5807"),
  plain("smallmoney", "-214748.3648", "-0.0001", "0", "0.0001", "214748.3646", "214748.3647"),
  {
    type: "float",
    values: [
      "-1.7976931348623157E308",
      "-1E0/3",
      "-2.2250738585072014E-308",
      "-4.9406564584124654E-324",
      "0E0",
      "4.9406564584124654E-324",
      "1E-323",
      "2.2250738585072014E-308",
      "0.1E0 + 0.2E0",
      "0.3E0",
      "1E16",
      "1E16 + 2E0",
      "1.7976931348623157E308",
    ],
    spellings: [["0E0", "0E0 * -1E0"]],
  },
  {
    type: "real",
    values: [
      "CONVERT(real, -3.4028235E38)",
      "CONVERT(real, -1.17549435E-38)",
      "CONVERT(real, -1E-45)",
      "CONVERT(real, 0)",
      "CONVERT(real, 1E-45)",
      "CONVERT(real, 0.1E0)",
      "CONVERT(real, 0.1E0) + CONVERT(real, 1E-8)",
      "CONVERT(real, 16777216)",
      "CONVERT(real, 3.4028235E38)",
    ],
    spellings: [["CONVERT(real, 0)", "CONVERT(real, 0E0 * -1E0)"]],
  },
];

const times = (scale: number): KeyPool => {
  const digits = (fraction: string): string => (scale === 0 ? "" : `.${fraction.slice(0, scale)}`);
  return typed(
    `time(${scale})`,
    `00:00:00${digits("0000000")}`,
    ...(scale === 0 ? [] : [`00:00:00.${"1".padStart(scale, "0")}`]),
    `11:59:59${digits("9999999")}`,
    `12:00:00${digits("0000000")}`,
    `23:59:58${digits("9999999")}`,
    `23:59:59${digits("9999999")}`,
  );
};

const dates: readonly KeyPool[] = [
  typed("date", "0001-01-01", "0099-12-31", "1752-09-14", "1900-01-01", "2024-02-29", "9999-12-30", "9999-12-31"),
  ...[0, 1, 2, 3, 4, 5, 6, 7].map(times),
  typed(
    "datetime",
    "1753-01-01T00:00:00",
    "1899-12-31T23:59:59.997",
    "1900-01-01T00:00:00",
    "2026-07-04T01:02:03.000",
    "2026-07-04T01:02:03.003",
    "2026-07-04T01:02:03.007",
    "2026-07-04T01:02:03.010",
    "9999-12-31T23:59:59.993",
    "9999-12-31T23:59:59.997",
  ),
  typed("smalldatetime", "1900-01-01T00:00:00", "1900-01-01T00:01:00", "2026-07-04T12:00:00", "2079-06-06T23:59:00"),
  typed("datetime2(0)", "0001-01-01T00:00:00", "2026-07-04T01:02:03", "2026-07-04T01:02:04", "9999-12-31T23:59:59"),
  typed("datetime2(3)", "0001-01-01T00:00:00.001", "2026-07-04T01:02:03.004", "9999-12-31T23:59:59.999"),
  typed(
    "datetime2(7)",
    "0001-01-01T00:00:00",
    "0001-01-01T00:00:00.0000001",
    "2026-07-04T01:02:03.0000001",
    "2026-07-04T01:02:03.0000002",
    "9999-12-31T23:59:59.9999998",
    "9999-12-31T23:59:59.9999999",
  ),
  ...[0, 7].map((scale): KeyPool => {
    const type = `datetimeoffset(${scale})`;
    const value = (text: string): string => `CONVERT(${type}, '${text}')`;
    return {
      ...typed(
        type,
        "0001-01-01 00:00:00 +00:00",
        "2026-07-04 14:00:00 +14:00",
        "2026-07-04 00:00:01 +00:00",
        "2026-07-03 10:00:02 -14:00",
        "2026-07-04 05:30:03 +05:30",
        "9999-12-31 23:59:59 +00:00",
      ),
      spellings: [
        [value("2026-07-04 14:00:00 +14:00"), value("2026-07-04 00:00:00 +00:00")],
        [value("2026-07-04 05:30:03 +05:30"), value("2026-07-03 23:30:03 -00:30")],
      ],
    };
  }),
];

/** Each differs from the first in one byte, so that all sixteen places of the server's order count. */
const identifiers = Array.from({ length: 16 }, (_, at) => {
  const hex = Array.from({ length: 16 }, (__, byte) => (byte === at ? (at % 2 === 0 ? "01" : "ff") : "00")).join("");
  return `'${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-")}'`;
});

const bytes: readonly KeyPool[] = [
  plain("uniqueidentifier", "'00000000-0000-0000-0000-000000000000'", ...identifiers),
  plain("binary(4)", "0x", "0x00000001", "0x01", "0x7FFFFFFF", "0x80", "0xFF", "0xFFFFFFFF"),
  {
    type: "varbinary(16)",
    values: ["0x", "0x0001", "0x01", "0x0100FF", "0x7F", "0x80", "0xFFFFFFFF", "0x80FF0001"],
    spellings: [
      ["0x", "0x00"],
      ["0x01", "0x010000"],
    ],
  },
  plain(
    "varbinary(900)",
    "0x",
    "CONVERT(varbinary(900), REPLICATE('z', 900))",
    "CONVERT(varbinary(900), REPLICATE('z', 899))",
  ),
];

/** Lone halves of a surrogate pair. */
const lone = ["N'a' + NCHAR(55357) + N'b'", "N'a' + NCHAR(56832)", "NCHAR(55357)"];

/** Texts that some collation or other calls equal, ignores or moves. */
export const nastyTexts: readonly string[] = [
  "N''",
  "N'a'",
  "N'A b'",
  "N'ab'",
  "N'a-b'",
  "N'a''b'",
  "N'Ä'",
  "N'ä' + NCHAR(768)",
  "N'æ'",
  "N'aez'",
  "N'straße'",
  "N'strasse'",
  "N'ı'",
  "N'I'",
  "N'İ'",
  "N'z'",
  "N'ñ'",
  "N'ch'",
  "N'cz'",
  "N'ω'",
  "N'Ώ'",
  "N'ж'",
  "N'日本'",
  "N'ｱ'",
  "N'ア'",
  "N'あ'",
  "N'１'",
  "N'1'",
  "N'10'",
  "N'9'",
  "N'_'",
  "N'%'",
  "N'\"]['",
  "NCHAR(0) + N'x'",
  "N'x' + NCHAR(0)",
  "NCHAR(8203)",
  "NCHAR(173) + N'q'",
  "N'tab' + NCHAR(9)",
  "N'new' + NCHAR(10)",
  "N'€'",
];

const supplementary = ["N'😀'", "N'😀a'", "N'𝒜'", "NCHAR(57344)", "NCHAR(65535)"];

const letterCases = [["N'ab'", "N'AB'"]] as const;
const blanks = [["N'z'", "N'z  '"]] as const;

const texts: readonly KeyPool[] = [
  "Latin1_General_100_CI_AS",
  "Latin1_General_CI_AI",
  "Latin1_General_100_CS_AS_KS_WS_SC",
  "Latin1_General_BIN",
  "Latin1_General_100_BIN2",
  "SQL_Latin1_General_CP1_CI_AS",
  "Japanese_CI_AS",
  "Turkish_100_CI_AS",
].flatMap((collation): KeyPool[] => {
  const insensitive = collation.includes("_CI_");
  const varying = [...(insensitive ? letterCases : []), ...blanks];
  return [
    {
      type: `nvarchar(40) COLLATE ${collation}`,
      values: [...nastyTexts, ...supplementary, ...lone],
      spellings: varying,
    },
    {
      type: `varchar(40) COLLATE ${collation}`,
      values: nastyTexts.filter((_, at) => at % 2 === 0),
      spellings: varying,
    },
  ];
});

const otherTexts: readonly KeyPool[] = [
  ["nchar(12)", "Latin1_General_100_CI_AS"],
  ["char(12)", "Greek_CI_AS"],
  ["varchar(40)", "Cyrillic_General_CI_AS"],
  ["varchar(40)", "Japanese_BIN2"],
  ["varchar(40)", "Chinese_PRC_CI_AS"],
  ["varchar(60)", "Latin1_General_100_CI_AS_SC_UTF8"],
  ["varchar(60)", "Latin1_General_100_BIN2_UTF8"],
  ["char(12)", "Latin1_General_100_CI_AI_SC_UTF8"],
].map(([type, collation]): KeyPool => {
  const folds = collation?.includes("_CI_") === true ? { spellings: letterCases } : {};
  return { type: `${type} COLLATE ${collation}`, values: [...nastyTexts, ...supplementary], ...folds };
});

/** Every type that a key column can have, but for those whose values only the server makes. */
export const keyPools: Readonly<Record<"numbers" | "dates" | "bytes" | "texts", readonly KeyPool[]>> = {
  numbers,
  dates,
  bytes,
  texts: [...texts, ...otherTexts],
};
