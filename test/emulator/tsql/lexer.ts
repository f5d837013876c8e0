import type { SqlError } from "../values/sql-error.ts";
import { reservedWords } from "./reserved-words.ts";
import { syntaxError } from "./syntax-error.ts";

export type TokenKind =
  /** An unquoted name or a keyword. */
  | "word"
  /** $action, $identity, $rowguid. */
  | "pseudo"
  /** [name] or "name". */
  | "quoted"
  | "variable"
  | "string"
  /** N'...' */
  | "unicode-string"
  | "integer"
  | "decimal"
  | "float"
  | "money"
  | "binary"
  | "symbol"
  | "end";

export interface Token {
  readonly kind: TokenKind;
  readonly pos: number;
  /** Offset after the token. */
  readonly end: number;
  /** From 1. */
  readonly line: number;
  /** Names without quotes, strings without quotes and with their doubled quotes halved, all else as written. */
  readonly value: string;
  /** Words in upper case; symbols as they are; "" for everything else, so that it never equals a keyword. */
  readonly key: string;
  /** A reserved keyword: no name. */
  readonly reserved: boolean;
}

const symbols: ReadonlySet<string> = new Set(["+=", "-=", "*=", "/=", "%=", "&=", "^=", "|=", "::"]);
const singleSymbols = "()+-*/%&|^~=<>!,.;:?{}";

/**
 * Reads one token after another, so that SET QUOTED_IDENTIFIER can change how the rest of a batch is read, as on the server.
 * Lines are counted by line feeds.
 */
export class Lexer {
  readonly text: string;
  quotedIdentifier: boolean;
  #at = 0;
  #line = 1;

  constructor(text: string, quotedIdentifier: boolean) {
    this.text = text;
    this.quotedIdentifier = quotedIdentifier;
  }

  /** Goes back to just after that token. */
  moveBehind(token: Token, lineAtEnd: number): void {
    this.#at = token.end;
    this.#line = lineAtEnd;
  }

  get line(): number {
    return this.#line;
  }

  /** @throws SqlError 102, 103, 105, 113, 1038 */
  next(): Token {
    this.#skipBlanks();
    const text = this.text;
    const pos = this.#at;
    if (pos >= text.length) return this.#token("end", pos, pos, "");
    const code = text.charCodeAt(pos);
    if (code === 39) return this.#string("string", pos, pos + 1);
    if ((code === 78 || code === 110) && text.charCodeAt(pos + 1) === 39)
      return this.#string("unicode-string", pos, pos + 2);
    if (code === 91) return this.#quoted(pos, "]");
    if (code === 34) return this.quotedIdentifier ? this.#quoted(pos, '"') : this.#string("string", pos, pos + 1, 34);
    if (code === 48 && (text.charCodeAt(pos + 1) | 32) === 120) return this.#binary(pos);
    if (isDigit(code) || (code === 46 && isDigit(text.charCodeAt(pos + 1)))) return this.#number(pos);
    if (code === 64) return this.#word(pos, "variable");
    if (code === 36 && isNameStart(text.charCodeAt(pos + 1)) && text.charCodeAt(pos + 1) !== 64)
      return this.#word(pos, "pseudo");
    if (isCurrency(code)) return this.#money(pos);
    if (isNameStart(code)) return this.#word(pos, "word");
    const two = text.slice(pos, pos + 2);
    if (symbols.has(two)) return this.#token("symbol", pos, pos + 2, two);
    const one = text.charAt(pos);
    if (singleSymbols.includes(one)) return this.#token("symbol", pos, pos + 1, one);
    throw this.#error(syntaxError.near(String.fromCodePoint(text.codePointAt(pos)!), this.#line));
  }

  #token(kind: TokenKind, pos: number, end: number, value: string, key = "", line = this.#line): Token {
    this.#at = end;
    return { kind, pos, end, line, value, key: kind === "symbol" ? value : key, reserved: false };
  }

  #error(error: SqlError): SqlError {
    // A second look at the same place must fail again, and must not stand still.
    this.#at = this.text.length;
    return error;
  }

  #skipBlanks(): void {
    const text = this.text;
    for (;;) {
      const code = text.charCodeAt(this.#at);
      if (code === 10) {
        this.#line++;
        this.#at++;
      } else if (isBlank(code)) {
        this.#at++;
      } else if (code === 45 && text.charCodeAt(this.#at + 1) === 45) {
        const end = text.indexOf("\n", this.#at);
        this.#at = end < 0 ? text.length : end;
      } else if (code === 47 && text.charCodeAt(this.#at + 1) === 42) {
        this.#skipComment();
      } else {
        return;
      }
    }
  }

  /** Block comments nest. */
  #skipComment(): void {
    const text = this.text;
    let depth = 0;
    let at = this.#at;
    do {
      const code = text.charCodeAt(at);
      if (at >= text.length) throw this.#error(syntaxError.missingEndComment(this.#line));
      if (code === 47 && text.charCodeAt(at + 1) === 42) {
        depth++;
        at += 2;
      } else if (code === 42 && text.charCodeAt(at + 1) === 47) {
        depth--;
        at += 2;
      } else {
        if (code === 10) this.#line++;
        at++;
      }
    } while (depth > 0);
    this.#at = at;
  }

  #string(kind: "string" | "unicode-string", pos: number, start: number, quote = 39): Token {
    const text = this.text;
    const line = this.#line;
    const mark = String.fromCharCode(quote);
    let at = start;
    for (;;) {
      const end = text.indexOf(mark, at);
      if (end < 0) throw this.#error(syntaxError.unclosedQuotation(text.slice(start), line));
      if (text.charCodeAt(end + 1) !== quote) {
        const raw = text.slice(start, end);
        this.#countLines(raw);
        return this.#token(kind, pos, end + 1, unescapeString(raw, mark), "", line);
      }
      at = end + 2;
    }
  }

  #quoted(pos: number, mark: "]" | '"'): Token {
    const text = this.text;
    const line = this.#line;
    let at = pos + 1;
    for (;;) {
      const end = text.indexOf(mark, at);
      if (end < 0) throw this.#error(syntaxError.unclosedQuotation(text.slice(pos + 1), line));
      if (text[end + 1] !== mark) {
        const raw = text.slice(pos + 1, end);
        const name = raw.replaceAll(mark + mark, mark);
        if (name === "") throw this.#error(syntaxError.emptyName(line));
        if (name.length > 128) throw this.#error(syntaxError.identifierTooLong(name, line));
        this.#countLines(raw);
        return this.#token("quoted", pos, end + 1, name, "", line);
      }
      at = end + 2;
    }
  }

  #countLines(raw: string): void {
    for (let at = raw.indexOf("\n"); at >= 0; at = raw.indexOf("\n", at + 1)) this.#line++;
  }

  #word(pos: number, kind: "word" | "pseudo" | "variable"): Token {
    const text = this.text;
    let at = pos + 1;
    while (isNamePart(text.charCodeAt(at))) at++;
    const value = text.slice(pos, at);
    if (value.length > 128) throw this.#error(syntaxError.identifierTooLong(value, this.#line));
    this.#at = at;
    if (kind !== "word") return { kind, pos, end: at, line: this.#line, value, key: "", reserved: false };
    const key = value.toUpperCase();
    return { kind, pos, end: at, line: this.#line, value, key, reserved: reservedWords.has(key) };
  }

  #binary(pos: number): Token {
    const text = this.text;
    let at = pos + 2;
    for (;;) {
      if (isHexDigit(text.charCodeAt(at))) at++;
      else if (continuesLine(text, at) > 0) {
        at += continuesLine(text, at);
        this.#line++;
      } else break;
    }
    return this.#token("binary", pos, at, text.slice(pos, at).replace(/\\\r?\n/g, ""));
  }

  #number(pos: number): Token {
    const text = this.text;
    let at = this.#digits(pos);
    let kind: TokenKind = "integer";
    if (text.charCodeAt(at) === 46) {
      kind = "decimal";
      at = this.#digits(at + 1);
    }
    if ((text.charCodeAt(at) | 32) === 101) {
      // `1e` without digits is 1e0.
      kind = "float";
      at++;
      const sign = text.charCodeAt(at);
      if (sign === 43 || sign === 45) at++;
      at = this.#digits(at);
    }
    return this.#token(kind, pos, at, text.slice(pos, at));
  }

  #digits(start: number): number {
    let at = start;
    while (isDigit(this.text.charCodeAt(at))) at++;
    return at;
  }

  #money(pos: number): Token {
    let at = pos + 1;
    const sign = this.text.charCodeAt(at);
    if ((sign === 45 || sign === 43) && isDigit(this.text.charCodeAt(at + 1))) at++;
    at = this.#digits(at);
    if (this.text.charCodeAt(at) === 46) at = this.#digits(at + 1);
    return this.#token("money", pos, at, this.text.slice(pos, at));
  }
}

/** Doubled quotes; a backslash at the end of a line joins the lines ("Backslash (Line Continuation)"). */
function unescapeString(raw: string, mark: string): string {
  const halved = raw.includes(mark) ? raw.replaceAll(mark + mark, mark) : raw;
  return halved.includes("\\") ? halved.replace(/\\\r?\n/g, "") : halved;
}

function continuesLine(text: string, at: number): number {
  if (text.charCodeAt(at) !== 92) return 0;
  if (text.charCodeAt(at + 1) === 10) return 2;
  return text.charCodeAt(at + 1) === 13 && text.charCodeAt(at + 2) === 10 ? 3 : 0;
}

function isBlank(code: number): boolean {
  if (code <= 32) return code > 0;
  if (code < 160) return code === 0x85;
  return (
    code === 0xa0 ||
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200b) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000 ||
    code === 0xfeff
  );
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isHexDigit(code: number): boolean {
  return isDigit(code) || ((code | 32) >= 97 && (code | 32) <= 102);
}

function isNameStart(code: number): boolean {
  if (code < 128) return ((code | 32) >= 97 && (code | 32) <= 122) || code === 95 || code === 35 || code === 64;
  return /\p{L}/u.test(String.fromCharCode(code));
}

function isNamePart(code: number): boolean {
  if (code < 128) return isNameStart(code) || isDigit(code) || code === 36;
  return /[\p{L}\p{Nd}\p{M}\p{Cf}]/u.test(String.fromCharCode(code)) && !isBlank(code);
}

/** "Money constants": the currency symbols that money takes. */
function isCurrency(code: number): boolean {
  return code === 36 || (code >= 0xa2 && code <= 0xa5) || (code >= 0x20a0 && code <= 0x20b1);
}
