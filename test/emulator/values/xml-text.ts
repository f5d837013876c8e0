import { Unsupported } from "./sql-error.ts";

/**
 * xml values. The emulator holds one as its text in the form in which the server writes it ("Define the serialization of XML data"), but
 * without what is only there for a reader: white space and surrogate pairs as entities. Nothing of XML that the server's documentation leaves
 * open is guessed: such text is refused.
 */

// A name has no supplementary characters: XML 1.0, fourth edition.
const NAME = /[\p{L}_](?:[\p{L}\p{M}\p{N}_.\-·])*(?::[\p{L}_](?:[\p{L}\p{M}\p{N}_.\-·])*)?/uy;
const WHITE = /^[ \t\n]*$/;
const DECLARATION =
  /^<\?xml\s+version\s*=\s*["']1\.\d["'](?:\s+encoding\s*=\s*["']([\w-]+)["'])?(?:\s+standalone\s*=\s*["']\w+["'])?\s*\?>/;
const NO_CHARACTER =
  /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/; // eslint-disable-line no-control-regex
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);
const MOST_LEVELS = 128;

interface Level {
  readonly name: string;
  readonly keepsWhite: boolean;
  /** Prefixes and what they stand for; the empty one is the default. */
  readonly namespaces: ReadonlyMap<string, string>;
}

/**
 * The xml value that CONVERT(xml, text, style) makes: 0 drops white space between elements, 1 keeps it.
 * @throws Unsupported for a text that is not well-formed, for DTDs and for what is not documented
 */
export function parseXml(text: string, style: number): string {
  if (style !== 0 && style !== 1) throw new Unsupported(`CONVERT to xml with style ${style}`);
  return new XmlReader(text, style === 1).read();
}

class XmlReader {
  readonly #text: string;
  readonly #levels: Level[];
  #at: number;
  #out: string[] = [];
  /** The text node that is being read. */
  #node = "";
  /** It holds an entity or CDATA: it is kept even if all of it is white space. */
  #meant = false;
  /** The last start tag lacks its end: whether it is empty is not known. */
  #open = false;

  constructor(text: string, keepsWhite: boolean) {
    this.#text = text.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n");
    const declaration = DECLARATION.exec(this.#text);
    const encoding = declaration?.[1]?.toLowerCase() ?? "utf-16";
    if (encoding !== "utf-16") throw new Unsupported(`xml with the encoding ${encoding}`);
    this.#at = declaration?.[0].length ?? 0;
    const namespaces = new Map([["xml", "http://www.w3.org/XML/1998/namespace"]]);
    this.#levels = [{ name: "", keepsWhite, namespaces }];
    const wrong = NO_CHARACTER.exec(this.#text);
    if (wrong !== null) throw this.#wrong("a character that XML does not have");
  }

  read(): string {
    const text = this.#text;
    while (this.#at < text.length) {
      if (text[this.#at] === "&") {
        this.#node += this.#reference();
        this.#meant = true;
      } else if (text[this.#at] !== "<") {
        this.#node += this.#characters();
      } else if (this.#takes("<![CDATA[")) {
        this.#node += this.#upTo("]]>");
        this.#meant = true;
      } else {
        this.#endNode();
        this.#markup();
      }
    }
    this.#endNode();
    if (this.#levels.length > 1) throw this.#wrong(`the end of <${this.#level.name}> missing`);
    return this.#out.join("");
  }

  get #level(): Level {
    return this.#levels.at(-1)!;
  }

  #markup(): void {
    if (this.#takes("<!--")) {
      const comment = this.#upTo("-->");
      if (comment.includes("--") || comment.endsWith("-")) throw this.#wrong("-- in a comment");
      this.#write(`<!--${comment}-->`);
    } else if (this.#takes("<?")) {
      const target = this.#name();
      if (target.toLowerCase() === "xml" || target.includes(":")) throw this.#wrong(`the target ${target}`);
      this.#write(`<?${target}${this.#upTo("?>")}?>`);
    } else if (this.#takes("</")) {
      this.#endTag();
    } else if (this.#takes("<!")) {
      throw new Unsupported("xml with a DTD");
    } else {
      this.#at++;
      this.#startTag();
    }
  }

  #startTag(): void {
    const name = this.#name();
    if (this.#levels.length > MOST_LEVELS) throw this.#wrong(`more than ${MOST_LEVELS} levels`);
    const attributes = this.#attributes();
    const namespaces = new Map(this.#level.namespaces);
    let declared = true;
    for (const [attribute, value] of attributes) {
      const prefix = /^xmlns(?::(.+))?$/.exec(attribute);
      if (prefix === null) {
        declared = false;
        continue;
      }
      // In which order the server writes them, and whether it writes a second one, is not documented.
      if (!declared) throw new Unsupported("xml with a namespace behind an attribute");
      if ((namespaces.get(prefix[1] ?? "") ?? "") === value)
        throw new Unsupported("xml with a namespace declared twice");
      namespaces.set(prefix[1] ?? "", value);
    }
    for (const prefixed of [name, ...attributes.keys()]) {
      const prefix = /^(.+):/.exec(prefixed)?.[1];
      if (prefix !== undefined && prefix !== "xmlns" && !namespaces.has(prefix))
        throw this.#wrong(`the prefix ${prefix}`);
    }
    const list = [...attributes].map(([attribute, value]) => ` ${attribute}="${attributeText(value)}"`);
    this.#write(`<${name}${list.join("")}`);
    this.#open = true;
    const space = attributes.get("xml:space");
    const keepsWhite = space === undefined ? this.#level.keepsWhite : space === "preserve";
    this.#levels.push({ name, keepsWhite, namespaces });
    if (this.#takes("/>")) this.#close();
    else if (!this.#takes(">")) throw this.#wrong("a tag without an end");
  }

  #endTag(): void {
    const name = this.#name();
    this.#white();
    if (this.#levels.length === 1 || name !== this.#level.name || !this.#takes(">")) throw this.#wrong(`</${name}>`);
    this.#close();
  }

  #close(): void {
    const { name } = this.#levels.pop()!;
    if (this.#open) this.#out.push("/>");
    else this.#out.push(`</${name}>`);
    this.#open = false;
  }

  #attributes(): Map<string, string> {
    const attributes = new Map<string, string>();
    for (;;) {
      const between = this.#white();
      if (/[>/]/.test(this.#text[this.#at] ?? "")) return attributes;
      const name = this.#name();
      this.#white();
      if (!this.#takes("=") || between === "" || attributes.has(name)) throw this.#wrong(`the attribute ${name}`);
      this.#white();
      attributes.set(name, this.#attributeValue());
    }
  }

  #attributeValue(): string {
    const quote = this.#text[this.#at++] ?? "";
    if (quote !== '"' && quote !== "'") throw this.#wrong("an attribute without quotes");
    let value = "";
    for (;;) {
      const unit = this.#text[this.#at];
      if (unit === undefined || unit === "<") throw this.#wrong("an attribute without an end");
      if (unit === "&") {
        value += this.#reference();
        continue;
      }
      this.#at++;
      if (unit === quote) return value;
      value += unit === "\t" || unit === "\n" ? " " : unit;
    }
  }

  #reference(): string {
    const match = /&(?:#x([0-9a-f]{1,8})|#([0-9]{1,7})|(\w+));/iy;
    match.lastIndex = this.#at;
    const [whole, hex, decimal, name] = match.exec(this.#text) ?? [];
    const code = hex !== undefined ? parseInt(hex, 16) : Number(decimal);
    const character =
      name !== undefined ? ENTITIES.get(name) : code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
    if (whole === undefined || character === undefined || NO_CHARACTER.test(character)) throw this.#wrong("an entity");
    this.#at += whole.length;
    return character;
  }

  #characters(): string {
    const from = this.#at;
    while (this.#at < this.#text.length && !/[<&]/.test(this.#text[this.#at]!)) this.#at++;
    const characters = this.#text.slice(from, this.#at);
    if (characters.includes("]]>")) throw this.#wrong("]]> in text");
    return characters;
  }

  #endNode(): void {
    const node = this.#node;
    const keeps = this.#meant || this.#level.keepsWhite || !WHITE.test(node);
    this.#node = "";
    this.#meant = false;
    if (node !== "" && keeps) this.#write(contentText(node));
  }

  #write(piece: string): void {
    if (this.#open) this.#out.push(">");
    this.#open = false;
    this.#out.push(piece);
  }

  #name(): string {
    NAME.lastIndex = this.#at;
    const name = NAME.exec(this.#text)?.[0];
    if (name === undefined) throw this.#wrong("a name");
    this.#at += name.length;
    return name;
  }

  #white(): string {
    const from = this.#at;
    while (/[ \t\n]/.test(this.#text[this.#at] ?? "")) this.#at++;
    return this.#text.slice(from, this.#at);
  }

  #upTo(end: string): string {
    const found = this.#text.indexOf(end, this.#at);
    if (found < 0) throw this.#wrong(`${end} missing`);
    const between = this.#text.slice(this.#at, found);
    this.#at = found + end.length;
    return between;
  }

  #takes(text: string): boolean {
    const found = this.#text.startsWith(text, this.#at);
    if (found) this.#at += text.length;
    return found;
  }

  #wrong(what: string): Unsupported {
    return new Unsupported(`xml that is not well-formed: ${what} at character ${this.#at + 1}`);
  }
}

function contentText(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/\r/g, "&#xD;");
}

function attributeText(text: string): string {
  return contentText(text).replace(/"/g, "&quot;").replace(/\t/g, "&#x9;").replace(/\n/g, "&#xA;");
}

/**
 * The text that CONVERT(nvarchar, xml, style) makes of a value. Style 0 makes an entity of the last character of a text that is all white
 * space, so that it survives whatever reads it; 1 does not.
 */
export function xmlToText(xml: string, style: number): string {
  if (style !== 0 && style !== 1) throw new Unsupported(`CONVERT from xml with style ${style}`);
  return xml.replace(/<!--[^]*?-->|<\?[^]*?\?>|<[^>]*>|[^<]+/g, (piece) => {
    if (/^<[!?]/.test(piece)) return piece;
    const kept = style === 0 && WHITE.test(piece) ? `${piece.slice(0, -1)}${entity(piece.at(-1)!)}` : piece;
    return kept.replace(/[\ud800-\udbff][\udc00-\udfff]/g, entity);
  });
}

function entity(character: string): string {
  const digits = character.codePointAt(0)!.toString(16).toUpperCase();
  return `&#x${character.length === 2 ? digits.padStart(8, "0") : digits};`;
}
