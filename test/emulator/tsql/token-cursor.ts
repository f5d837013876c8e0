import type { SqlError } from "../values/sql-error.ts";
import { Lexer } from "./lexer.ts";
import type { Token } from "./lexer.ts";
import { syntaxError } from "./syntax-error.ts";

/** What the statement being parsed is part of; decides RETURN and which statements may come. */
export type ParseScope = "batch" | "procedure" | "function" | "trigger";

/** Deeper nesting than this is refused with error 191, before the JavaScript stack ends. */
const deepest = 300;

/** The parser's place in the token stream. Keywords are given in upper case. */
export class TokenCursor {
  readonly text: string;
  scope: ParseScope = "batch";
  loopDepth = 0;
  readonly #lexer: Lexer;
  readonly #tokens: Token[] = [];
  /** The lexer's line after each token (strings span lines). */
  readonly #linesAfter: number[] = [];
  #index = 0;
  #depth = 0;

  constructor(text: string, quotedIdentifier: boolean) {
    this.text = text;
    this.#lexer = new Lexer(text, quotedIdentifier);
  }

  get token(): Token {
    return this.at(0);
  }

  /** The token that many places ahead. */
  at(ahead: number): Token {
    const wanted = this.#index + ahead;
    while (this.#tokens.length <= wanted) {
      const last = this.#tokens.at(-1);
      if (last?.kind === "end") return last;
      this.#tokens.push(this.#lexer.next());
      this.#linesAfter.push(this.#lexer.line);
    }
    return this.#tokens[wanted]!;
  }

  get previous(): Token | undefined {
    return this.#tokens[this.#index - 1];
  }

  get line(): number {
    return this.token.line;
  }

  get atEnd(): boolean {
    return this.token.kind === "end";
  }

  /** A place to come back to with `reset`. */
  mark(): number {
    return this.#index;
  }

  reset(mark: number): void {
    this.#index = mark;
  }

  advance(): Token {
    const token = this.token;
    if (token.kind !== "end") this.#index++;
    return token;
  }

  /** Everything after the current token is read in the new way. */
  setQuotedIdentifier(on: boolean): void {
    this.#lexer.quotedIdentifier = on;
    const last = this.previous;
    if (last === undefined) return;
    this.#lexer.moveBehind(last, this.#linesAfter[this.#index - 1]!);
    this.#tokens.length = this.#index;
    this.#linesAfter.length = this.#index;
  }

  /** The current token is that keyword or symbol. */
  is(key: string, ahead = 0): boolean {
    return this.at(ahead).key === key;
  }

  isOneOf(...keys: readonly string[]): boolean {
    return keys.includes(this.token.key);
  }

  /** The next tokens are these keywords or symbols. */
  areNext(...keys: readonly string[]): boolean {
    return keys.every((key, ahead) => this.at(ahead).key === key);
  }

  accept(...keys: readonly string[]): boolean {
    if (!this.areNext(...keys)) return false;
    this.#index += keys.length;
    return true;
  }

  /** @returns the first of the accepted tokens */
  expect(...keys: readonly string[]): Token {
    const first = this.token;
    for (const key of keys) {
      if (!this.is(key)) throw this.unexpected();
      this.#index++;
    }
    return first;
  }

  /** Two words of which the first alone decides: ORDER BY, GROUP BY. @throws SqlError when only the first is there */
  acceptPair(first: string, second: string): boolean {
    if (!this.accept(first)) return false;
    this.expect(second);
    return true;
  }

  acceptOneOf<K extends string>(...keys: readonly K[]): K | undefined {
    const key = keys.find((candidate) => candidate === this.token.key);
    if (key !== undefined) this.#index++;
    return key;
  }

  expectOneOf<K extends string>(...keys: readonly K[]): K {
    const key = this.acceptOneOf(...keys);
    if (key === undefined) throw this.unexpected();
    return key;
  }

  /** Error 102 or 156 near the current token, or near the last one where the text ends. */
  unexpected(token: Token = this.token): SqlError {
    if (token.kind === "end") {
      const last = this.previous;
      return syntaxError.near(last === undefined ? "" : last.value, last?.line ?? token.line);
    }
    return token.reserved
      ? syntaxError.nearKeyword(token.value, token.line)
      : syntaxError.near(token.value, token.line);
  }

  /** The source from an offset to the end of the last accepted token. */
  textFrom(pos: number): string {
    return this.text.slice(pos, this.previous?.end ?? pos);
  }

  /** Counts one more level of nesting while `parse` runs. */
  nested<T>(parse: () => T): T {
    if (this.#depth >= deepest) throw syntaxError.nestedTooDeeply(this.line);
    this.#depth++;
    try {
      return parse();
    } finally {
      this.#depth--;
    }
  }

  /** One or more, separated by commas. */
  list<T>(parse: () => T): T[] {
    const items = [parse()];
    while (this.accept(",")) items.push(parse());
    return items;
  }

  /** `(` one or more, separated by commas `)`. */
  parenthesized<T>(parse: () => T): T[] {
    this.expect("(");
    const items = this.list(parse);
    this.expect(")");
    return items;
  }
}
