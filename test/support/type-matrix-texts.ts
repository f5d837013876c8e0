import { type MatrixType, comparedAs, plain } from "./type-matrix-type.ts";

/** A code page of the server's collations: one collation that has it, and letters that most other pages lack. */
export interface MatrixCodePage {
  readonly number: number;
  readonly collation: string;
  readonly letters: string;
}

/** https://learn.microsoft.com/sql/relational-databases/collations/collation-and-unicode-support */
export const codePages: readonly MatrixCodePage[] = [
  { number: 437, collation: "SQL_Latin1_General_CP437_CI_AS", letters: "é╬αΣ∞ñ" },
  { number: 850, collation: "SQL_Latin1_General_CP850_CS_AS", letters: "éØ╬þÐ" },
  { number: 874, collation: "Thai_CI_AS", letters: "สวัสดี ๙" },
  { number: 932, collation: "Japanese_XJIS_100_CI_AS", letters: "日本語ｱ表ソ①" },
  { number: 936, collation: "Chinese_PRC_CI_AS", letters: "简体中文€" },
  { number: 949, collation: "Korean_Wansung_CI_AS", letters: "한국어똠" },
  { number: 950, collation: "Chinese_Taiwan_Stroke_CI_AS", letters: "繁體中文功" },
  { number: 1250, collation: "Polish_CI_AS", letters: "łóŁżąű" },
  { number: 1251, collation: "Cyrillic_General_CI_AS", letters: "приветЁ" },
  { number: 1252, collation: "Latin1_General_100_CI_AS", letters: "déjà €Ÿ" },
  { number: 1253, collation: "Greek_CI_AS", letters: "αβγάΩς" },
  { number: 1254, collation: "Turkish_100_CI_AS", letters: "ıİğŞ" },
  { number: 1255, collation: "Hebrew_CI_AS", letters: "שלוםִ" },
  { number: 1256, collation: "Arabic_CI_AS", letters: "سلامپ" },
  { number: 1257, collation: "Latvian_CI_AS", letters: "ģāņŗ" },
  { number: 1258, collation: "Vietnamese_CI_AS", letters: "ăơưđ₫" },
  { number: 65001, collation: "Latin1_General_100_CI_AS_SC_UTF8", letters: "é日😀" },
];

export const long = (text: string, length: number): string =>
  `REPLICATE(CONVERT(nvarchar(max), N'${text}'), ${Math.ceil(length / text.length)})`;

/** Halves of surrogate pairs without the other one, and code units that are no characters: a server takes any 16 bits. */
export const strangeUnits: readonly string[] = [
  "N'a' + NCHAR(55357) + N'b'",
  "NCHAR(56832) + NCHAR(55357)",
  "NCHAR(0) + N'after nul' + NCHAR(0)",
  "NCHAR(65534) + NCHAR(65535) + NCHAR(65279)",
  "CONVERT(nvarchar(9), 0x00D8FFDFFEFFFFFF0000FFFE)",
];

const inCodePages = codePages.flatMap(({ collation, letters }): MatrixType[] => [
  plain(`char(20) COLLATE ${collation}`, `N'${letters}'`, "'ascii'", "''", `N'  ${letters.slice(0, 2)} '`),
  plain(
    `varchar(60) COLLATE ${collation}`,
    `N'${letters}${letters}'`,
    "''",
    `N' ${letters}  '`,
    "CHAR(10) + CHAR(0) + CHAR(13)",
    "'ascii  '",
  ),
]);

/** Characters in the code page of the column, of which the database's own lacks most. */
export const codePageTypes: readonly MatrixType[] = [
  ...inCodePages,
  ...codePages.flatMap(({ collation, letters }): MatrixType[] => [
    plain(`varchar(max) COLLATE ${collation}`, `N'${letters}'`, "''", long(letters, 4001)),
  ]),
  comparedAs("varchar(max)", "text COLLATE Greek_CI_AS", "N'αβγ'", "''"),
  comparedAs("varchar(max)", "text COLLATE Japanese_XJIS_100_CI_AS", "N'日本語'", "''", long("表", 5000)),
  comparedAs("varchar(max)", "text COLLATE Cyrillic_General_CI_AS", "N'привет'", "' '"),
];

/** Lengths at their limits, the database's own collation, and the Unicode types. */
export const textTypes: readonly MatrixType[] = [
  plain("char(1)", "'a'", "' '", "CHAR(129)"),
  plain("char(8000)", "REPLICATE('x', 8000)", "'short'", "''"),
  plain("varchar(1)", "'a'", "''", "N'€'"),
  plain("varchar(8000)", "REPLICATE('x', 8000)", "'short'", "''", "REPLICATE(' ', 8000)"),
  plain(
    "varchar(max)",
    "''",
    "'a'",
    "REPLICATE('e', 8000)",
    "REPLICATE(CONVERT(varchar(max), 'f'), 8001)",
    `CONVERT(varchar(max), ${long("long ", 300_000)})`,
  ),
  // Four bytes each: the last character fits exactly.
  plain("varchar(8) COLLATE Latin1_General_100_CI_AS_SC_UTF8", "N'😀😀'", "N'aé日a'", "N'é😀a'", "''"),
  plain("char(12) COLLATE Latin1_General_100_CI_AS_SC_UTF8", "N'é😀'", "N'😀😀😀'", "''"),
  plain("varchar(8000) COLLATE Latin1_General_100_BIN2_UTF8", "REPLICATE(N'😀', 2000)", "REPLICATE(N'日', 2666)", "''"),
  plain("nchar(1)", "N'é'", "N' '", "NCHAR(55357)"),
  plain("nchar(4)", "N'a😀'", "N''", "N'😀😀'", strangeUnits[1]!),
  plain("nchar(4000)", "REPLICATE(N'日', 4000)", "N'short'", "N''"),
  plain("nvarchar(1)", "N'日'", "N''", "NCHAR(57343)", "NCHAR(0)"),
  plain("nvarchar(50)", "N''", "N'日本語 😀  '", ...strangeUnits),
  plain("nvarchar(50) COLLATE Latin1_General_100_BIN2", "N'😀é'", ...strangeUnits),
  plain("nvarchar(4000)", "REPLICATE(N'é', 4000)", "REPLICATE(N'😀', 2000)", "N'x'", "N''"),
  plain(
    "nvarchar(max)",
    "N''",
    "REPLICATE(N'e', 4000)",
    "REPLICATE(CONVERT(nvarchar(max), N'日'), 4001)",
    long("日本", 200_001),
    ...strangeUnits,
  ),
  // Supplementary characters at the length limit: lengths count 16-bit units here too.
  plain("nvarchar(2) COLLATE Latin1_General_100_CI_AS_SC", "N'😀'", "N'é'", "N''"),
  plain("nvarchar(4000) COLLATE Japanese_XJIS_140_CI_AS_VSS", "REPLICATE(N'😀', 2000)", "N'葛󠄀'", "N''"),
  plain("nchar(3) COLLATE Latin1_General_100_CI_AS_SC", "N'a😀'", "N'😀a'", "N'日'"),
  // A collation without a code page takes Unicode types only.
  plain("nvarchar(20) COLLATE Assamese_100_CI_AS", "N'অসমীয়া'", "N''"),
  comparedAs("nvarchar(max)", "ntext", "N'日本'", "N''", long("日本", 50_001), ...strangeUnits),
];
