/** A piece of T-SQL that is neither blank nor comment. */
export interface DefinitionToken {
  /**
   * A word is a keyword, a regular identifier, a @variable, or $pseudo. `quoted` is [name] or "name": the latter is a
   * name under QUOTED_IDENTIFIER ON and a string under OFF, save where only a name can stand.
   */
  readonly kind: "word" | "quoted" | "string" | "number" | "symbol";
  /** A name or string without its quotes and with doubled ones halved; everything else as written. */
  readonly text: string;
  /** UTF-16 offsets; `end` is behind the last unit. */
  readonly start: number;
  readonly end: number;
}

/**
 * Reads a module's text token by token, no further than it is asked. Blanks and comments are skipped; a symbol is one
 * character. A string, name or comment that nobody closes ends the tokens: the server stores no such text.
 *
 * Block comments nest: https://learn.microsoft.com/sql/t-sql/language-elements/slash-star-comment-transact-sql
 * CR or LF ends a `--` comment, no other line break does: https://github.com/MicrosoftDocs/sql-docs/issues/2493
 * Names: https://learn.microsoft.com/sql/relational-databases/databases/database-identifiers
 */
export function* definitionTokens(text: string): Generator<DefinitionToken, void, undefined> {
  const word = /[$\p{ID_Start}_@#](?:[\p{ID_Continue}@#$]|(?!\u200b)\p{Cf})*/uy;
  const number = /0x[\da-f]*|\$?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d*)?/iy;
  // A file's byte order mark may have come along; anywhere else it is part of a name.
  let at = text.startsWith("\ufeff") ? 1 : 0;
  for (;;) {
    const start = skipBlanks(text, at);
    if (start === undefined) return;
    const opening = openingQuote(text, start);
    if (opening !== undefined) {
      const { kind, from, mark } = opening;
      const close = closingQuote(text, from, mark);
      if (close === undefined) return;
      const raw = text.slice(from, close);
      yield { kind, text: raw.replaceAll(mark + mark, mark), start, end: close + 1 };
      at = close + 1;
      continue;
    }
    word.lastIndex = number.lastIndex = start;
    const kind = number.test(text) ? "number" : word.test(text) ? "word" : "symbol";
    if (kind === "number") at = number.lastIndex;
    else if (kind === "word") at = word.lastIndex;
    else at = start + String.fromCodePoint(text.codePointAt(start) ?? 0).length;
    yield { kind, text: text.slice(start, at), start, end: at };
  }
}

/** Where the next token starts; undefined: there is none. */
function skipBlanks(text: string, from: number): number | undefined {
  let at = from;
  while (at < text.length) {
    if (isBlank(text.charCodeAt(at))) {
      at++;
    } else if (text.startsWith("--", at)) {
      at = lineEnd(text, at);
    } else if (text.startsWith("/*", at)) {
      const end = commentEnd(text, at);
      if (end === undefined) return undefined;
      at = end;
    } else {
      return at;
    }
  }
  return undefined;
}

function lineEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) !== 10 && text.charCodeAt(at) !== 13) at++;
  return at;
}

function commentEnd(text: string, from: number): number | undefined {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = from;
  let depth = 0;
  do {
    const found = mark.exec(text);
    if (found === null) return undefined;
    depth += found[0] === "/*" ? 1 : -1;
  } while (depth > 0);
  return mark.lastIndex;
}

interface OpeningQuote {
  readonly kind: "quoted" | "string";
  /** The first character inside. */
  readonly from: number;
  readonly mark: "'" | '"' | "]";
}

function openingQuote(text: string, at: number): OpeningQuote | undefined {
  switch (text[at]) {
    case "'":
      return { kind: "string", from: at + 1, mark: "'" };
    case "N":
    case "n":
      return text[at + 1] === "'" ? { kind: "string", from: at + 2, mark: "'" } : undefined;
    case "[":
      return { kind: "quoted", from: at + 1, mark: "]" };
    case '"':
      return { kind: "quoted", from: at + 1, mark: '"' };
    default:
      return undefined;
  }
}

/** The offset of the mark that closes: inside, it is doubled. */
function closingQuote(text: string, from: number, mark: string): number | undefined {
  let at = text.indexOf(mark, from);
  while (at >= 0 && text[at + 1] === mark) at = text.indexOf(mark, at + 2);
  return at < 0 ? undefined : at;
}

/** What Microsoft's own T-SQL parser takes for a blank: control characters, line breaks and the spaces of Unicode. */
function isBlank(code: number): boolean {
  if (code <= 0x20) return true;
  if (code < 0x85) return false;
  return (
    code === 0x85 ||
    code === 0xa0 ||
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200b) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000
  );
}
