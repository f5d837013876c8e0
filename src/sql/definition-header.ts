import type { ModuleName } from "../model/module.ts";
import { type DefinitionToken, definitionTokens } from "./definition-tokens.ts";
import { quoteTable } from "./quote.ts";

/** A part of the text: UTF-16 offsets, `end` behind the last unit. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** How a module's definition begins. */
export interface DefinitionHeader {
  /** CREATE, CREATE OR ALTER or ALTER, from the first word to the last. */
  readonly action: Span;
  readonly word: "VIEW" | "PROCEDURE" | "FUNCTION";
  /** From the first part to the last, with what stands around the dot. `schema` is undefined in a one-part name. */
  readonly name: Span & { readonly schema: string | undefined; readonly name: string };
}

/**
 * The header of a view, procedure or function, read no further than one token behind the name, so that the length of
 * the body does not matter.
 * @returns undefined where the text is not such a module, or cannot be read with certainty
 */
export function readHeader(definition: string): DefinitionHeader | undefined {
  const reader = new Reader(definition);
  // Empty statements may precede what must be the first statement of its batch.
  while (reader.isSymbol(";")) reader.move();
  const action = readAction(reader);
  const word = action === undefined ? undefined : readWord(reader);
  const name = word === undefined ? undefined : readName(reader);
  if (action === undefined || word === undefined || name === undefined) return undefined;
  // What no server takes behind a name tells that the name was not read as the server reads it.
  return followsName(word, reader) ? { action, word, name } : undefined;
}

/**
 * The definition as it is to be run for the module that the catalog calls `name`. Replaced are only the words CREATE
 * [OR ALTER] or ALTER where they say something else than `action`, and the name: where it is not the real one (sp_rename
 * leaves the old one in the text) or where, without a schema, it would not land in `name.schema`. All else stays unit for unit.
 * https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-rename-transact-sql#remarks
 * @returns undefined where the header cannot be read
 */
export function rewriteHeader(
  definition: string,
  target: {
    readonly action: "CREATE" | "ALTER";
    readonly name: ModuleName;
    /** Of the login that runs the text; empty: unknown. */
    readonly defaultSchema: string;
  },
): string | undefined {
  const header = readHeader(definition);
  if (header === undefined) return undefined;
  const { action, name } = header;
  const written = definition.slice(action.start, action.end);
  const asked = written.toUpperCase() === target.action ? written : target.action;
  const schema = name.schema ?? target.defaultSchema;
  const isReal = name.name === target.name.name && schema === target.name.schema;
  return (
    definition.slice(0, action.start) +
    asked +
    definition.slice(action.end, name.start) +
    (isReal ? definition.slice(name.start, name.end) : quoteTable(target.name)) +
    definition.slice(name.end)
  );
}

/** Tokens with one looked ahead at. */
class Reader {
  readonly #tokens: Iterator<DefinitionToken, void>;
  next: DefinitionToken | undefined;

  constructor(text: string) {
    this.#tokens = definitionTokens(text);
    this.move();
  }

  /** Goes one token on and returns the one passed. */
  move(): DefinitionToken | undefined {
    const passed = this.next;
    const result = this.#tokens.next();
    this.next = result.done === true ? undefined : result.value;
    return passed;
  }

  isSymbol(symbol: string): boolean {
    return this.next?.kind === "symbol" && this.next.text === symbol;
  }

  /** The next token where it is one of these keywords, in any case of letters. */
  keyword(...words: readonly string[]): DefinitionToken | undefined {
    const { next } = this;
    return next?.kind === "word" && words.includes(next.text.toUpperCase()) ? next : undefined;
  }
}

function readAction(reader: Reader): Span | undefined {
  const first = reader.keyword("CREATE", "ALTER");
  if (first === undefined) return undefined;
  reader.move();
  const isCreate = first.text.toUpperCase() === "CREATE";
  if (!isCreate || reader.keyword("OR") === undefined) return { start: first.start, end: first.end };
  reader.move();
  const last = reader.keyword("ALTER");
  if (last === undefined) return undefined;
  reader.move();
  return { start: first.start, end: last.end };
}

function readWord(reader: Reader): DefinitionHeader["word"] | undefined {
  const token = reader.keyword("VIEW", "PROC", "PROCEDURE", "FUNCTION");
  if (token === undefined) return undefined;
  reader.move();
  switch (token.text.toUpperCase()) {
    case "VIEW":
      return "VIEW";
    case "FUNCTION":
      return "FUNCTION";
    default:
      return "PROCEDURE";
  }
}

function readName(reader: Reader): DefinitionHeader["name"] | undefined {
  const first = readNamePart(reader);
  if (first === undefined) return undefined;
  if (!reader.isSymbol(".")) return { start: first.start, end: first.end, schema: undefined, name: first.text };
  reader.move();
  const second = readNamePart(reader);
  if (second === undefined) return undefined;
  return { start: first.start, end: second.end, schema: first.text, name: second.text };
}

function readNamePart(reader: Reader): DefinitionToken | undefined {
  const { next } = reader;
  if (next === undefined || next.text.length < 1 || next.text.length > 128) return undefined;
  const isName = next.kind === "quoted" || (next.kind === "word" && !/^[@$]/.test(next.text));
  return isName ? reader.move() : undefined;
}

/** https://learn.microsoft.com/sql/t-sql/statements/create-view-transact-sql#syntax and those of the other two. */
function followsName(word: DefinitionHeader["word"], reader: Reader): boolean {
  switch (word) {
    case "VIEW":
      return reader.isSymbol("(") || reader.keyword("WITH", "AS") !== undefined;
    case "FUNCTION":
      return reader.isSymbol("(");
    case "PROCEDURE":
      return (
        reader.isSymbol("(") ||
        reader.isSymbol(";") ||
        reader.keyword("WITH", "FOR", "AS") !== undefined ||
        (reader.next?.kind === "word" && reader.next.text.startsWith("@"))
      );
  }
}
