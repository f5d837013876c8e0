import { type MatrixType, comparedAs, plain } from "./type-matrix-type.ts";
import { long } from "./type-matrix-texts.ts";

/** Text that is well-formed in all that the server must give back when it writes a value as text and reads it again. */
const xml = [
  "N''",
  "N'<one/>'",
  "N'<a b=\"1\"> <c/>  text é😀 </a>'",
  // White space alone in an element stays only where the reader is told so.
  "CONVERT(xml, N'<a>   <b> </b>' + NCHAR(10) + N'</a>', 1)",
  // Line ends and tabs in an attribute: normalized to blanks unless they were entities.
  "N'<a b=\"1&#10;2&#13;3&#9;4\" c=''&quot;&apos;&lt;&gt;&amp;''/>'",
  "N'<a>1&#13;2&#10;3&#9;4 &lt;&gt;&amp;&quot;&apos; ]]&gt;</a>'",
  "N'<a><![CDATA[<b> & ]]]]><![CDATA[> </b>]]></a>'",
  'N\'<?xml version="1.0"?><!-- a > b --><?php echo "<a>" ?><a><!-- -->x<?p?></a>\'',
  'N\'<p:a xmlns:p="urn:p" xmlns="urn:d" p:b="1"><c xmlns=""/><p:d/></p:a>\'',
  "N'first <b/> a fragment <c/> last'",
  "N'just text &amp; more'",
  "N'<a b=\"😀\">𐌀&#x1F600;<!-- 😀 --><?p 😀?></a>'",
  "N'<日本 語=\"é\"/>'",
  "N'<a xml:space=\"preserve\">   <b/>   </a>'",
];

export const byteTypes: readonly MatrixType[] = [
  plain("binary(1)", "0x00", "0xFF"),
  plain("binary(4)", "0x00000000", "0xFF00FF00", "0x01", "0x"),
  plain("binary(8000)", "CONVERT(varbinary(8000), REPLICATE('z', 8000))", "0x00", "0x01"),
  plain("varbinary(1)", "0x", "0x00", "0xD1"),
  plain("varbinary(16)", "0x", "0x00", "0x0100", "0xFFFEFDD1D2", "0x00000000000000000000000000000000"),
  plain("varbinary(8000)", "CONVERT(varbinary(8000), REPLICATE('z', 8000))", "0x", "0x00"),
  plain(
    "varbinary(max)",
    "0x",
    "0xD1",
    "CONVERT(varbinary(max), REPLICATE('z', 8000))",
    "CONVERT(varbinary(max), REPLICATE(CONVERT(varchar(max), 'y'), 8001))",
    `CONVERT(varbinary(max), ${long("ab", 300_000)})`,
  ),
  comparedAs("varbinary(max)", "image", "0x0102", "0x", "0x00", `CONVERT(varbinary(max), ${long("image", 30_000)})`),
  plain(
    "uniqueidentifier",
    "'00112233-4455-6677-8899-AABBCCDDEEFF'",
    "'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF'",
    "'00000000-0000-0000-0000-000000000000'",
    "'0F1E2D3C-4B5A-6978-8796-A5B4C3D2E1F0'",
  ),
];

export const xmlTypes: readonly MatrixType[] = [
  comparedAs("nvarchar(max)", "xml", ...xml),
  comparedAs("nvarchar(max)", "xml", `N'<a>' + ${long('<b c="é">text</b>', 200_000)} + N'</a>'`, ...xml.slice(0, 3)),
];

/** Types of the server's own assembly; compared by what CONVERT to varbinary gives, as all others. */
export const clrTypes: readonly MatrixType[] = [
  plain(
    "hierarchyid",
    "'/'",
    "'/1/'",
    "'/0.3.-7/'",
    "'/-281479271682120/'",
    "'/281479271683151/'",
    `'/${"1/".repeat(200)}'`,
  ),
  plain(
    "geography",
    "geography::STGeomFromText('POINT (-122.349 47.651 10.5 NULL)', 4326)",
    "geography::Point(-90, 180, 4269)",
    "'POLYGON ((-122.358 47.653, -122.348 47.649, -122.348 47.658, -122.358 47.658, -122.358 47.653))'",
    "'POINT EMPTY'",
  ),
  plain(
    "geometry",
    "'POINT (1.5 -2.25 NULL 7)'",
    "'LINESTRING (0 1 1, 3 2 2, 4 5)'",
    "'POLYGON ((0 0, 3 0, 3 3, 0 3, 0 0), (1 1, 1 2, 2 2, 2 1, 1 1))'",
    "'GEOMETRYCOLLECTION (POINT (4 6), LINESTRING (0 0, 1 1), GEOMETRYCOLLECTION (POINT (9 9)))'",
    "'MULTIPOINT EMPTY'",
  ),
];

/** Alias types bring their own nullability, which a column's own says over. */
export const aliasTypes: readonly MatrixType[] = [
  aliased("MatrixAmount", "decimal(38,10)", "1234567890123456789012345678.0123456789", "-0.0000000001"),
  aliased("MatrixCode", "varchar(20)", "N'é€'", "''", "'trailing '"),
  aliased("MatrixWords", "nvarchar(max)", "N'日本 😀'", long("w", 5000), "N''"),
  aliased("MatrixMoment", "datetimeoffset(3)", "'2026-07-04T01:02:03.456-13:59'"),
  aliased("[Matrix]]Flags]", "binary(3)", "0x010203", "0x"),
  aliased("MatrixAny", "sql_variant", "CONVERT(int, 7)", "N'text'"),
];

function aliased(name: string, base: string, ...literals: readonly string[]): MatrixType {
  return { ...plain(`dbo.${name}`, ...literals), aliasType: `CREATE TYPE dbo.${name} FROM ${base};` };
}
