import { describe, expect, test } from "vitest";
import { coerce } from "../../../emulator/values/coerce.ts";
import type { SqlType } from "../../../emulator/values/sql-type.ts";
import { parseXml, xmlToText } from "../../../emulator/values/xml-text.ts";

const through = (text: string, style = 0): string => xmlToText(parseXml(text, style), 0);

/** https://learn.microsoft.com/sql/relational-databases/xml/define-the-serialization-of-xml-data */
describe("xml as text", () => {
  test.each([
    ["", ""],
    ["<a></a>", "<a/>"],
    ["<?xml version='1.0' encoding='UTF-16'?><a/>", "<a/>"],
    ["<a  b = '1'\n c=\"2\" ></a >", '<a b="1" c="2"/>'],
    ["one<a/>two", "one<a/>two"],
    ["<a> <b> </b> </a>", "<a><b/></a>"],
    ["<a>\r\n x</a>", "<a>\n x</a>"],
    ["<a>&#13;</a>", "<a>&#xD;</a>"],
    ["<a>&#32;</a>", "<a>&#x20;</a>"],
    ["<a> <![CDATA[<&]]> </a>", "<a> &lt;&amp; </a>"],
    ["<a b='&#9;&#10;&#13;\t\n'/>", '<a b="&#x9;&#xA;&#xD;  "/>'],
    ["<a b='&quot;&apos;>'>\"'></a>", `<a b="&quot;'&gt;">"'&gt;</a>`],
    ["<a><!-- > <b> --><?p x > ?></a>", "<a><!-- > <b> --><?p x > ?></a>"],
    ['<p:a xmlns:p="u" p:b="1"><p:c/></p:a>', '<p:a xmlns:p="u" p:b="1"><p:c/></p:a>'],
    ['<a xml:space="preserve"> <b/> </a>', '<a xml:space="preserve">&#x20;<b/>&#x20;</a>'],
    [
      "<a b='\ud800\udf00'>\ud800\udf00<!--\ud800\udf00--></a>",
      '<a b="&#x00010300;">&#x00010300;<!--\ud800\udf00--></a>',
    ],
  ])("%j", (text, written) => {
    expect(through(text)).toBe(written);
    expect(through(written)).toBe(written);
    expect(parseXml(written, 1)).toBe(parseXml(written, 0));
  });

  test("keeps white space by style 1, and shows it as it is by style 1", () => {
    expect(through("<a>   </a>", 1)).toBe("<a>  &#x20;</a>");
    expect(xmlToText(parseXml("<a> \n</a>", 1), 1)).toBe("<a> \n</a>");
    expect(parseXml(through("<a> \n</a>", 1), 0)).toBe("<a> \n</a>");
  });

  test("is UTF-16 with its mark as bytes", () => {
    const varbinary: SqlType = { name: "varbinary", length: -1 };
    const bytes = coerce(parseXml("<Δ/>", 0), { name: "xml" }, varbinary, { explicit: true }) as Buffer;
    expect(bytes.toString("hex").toUpperCase()).toBe("FFFE3C0094032F003E00");
    expect(coerce(bytes, varbinary, { name: "xml" })).toBe("<Δ/>");
  });
});

test.each([
  "<a",
  "<a>",
  "</a>",
  "<a></b>",
  "<a b/>",
  "<a b=1/>",
  "<a b='1' b='2'/>",
  "<a b='<'/>",
  "&",
  "&nbsp;",
  "&#0;",
  "&#xD800;",
  "a\0b",
  "\ud800",
  "a]]>b",
  "<!-- a -- b -->",
  "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>",
  "<?xml version='1.0' encoding='utf-8'?><a/>",
  " <?xml version='1.0'?><a/>",
  "<p:a/>",
  "<a b='1' xmlns='u'/>",
  "<😀/>",
  "<1/>",
  "<a>".repeat(129) + "</a>".repeat(129),
])("refuses %j", (text) => {
  expect(() => parseXml(text, 1)).toThrow(/^Unsupported: xml/);
});
