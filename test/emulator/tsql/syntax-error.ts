import { sqlError, sqlErrorWithState } from "../values/error-table.ts";
import type { SqlError } from "../values/sql-error.ts";

function atLine(line: number, error: SqlError): SqlError {
  error.line = line;
  return error;
}

/** What the parser raises, with its line; the texts are in the table of errors. */
export const syntaxError = {
  near: (text: string, line: number) => atLine(line, sqlError(102, text)),
  nearKeyword: (word: string, line: number) => atLine(line, sqlError(156, word)),
  identifierTooLong: (name: string, line: number) =>
    atLine(line, sqlErrorWithState(103, 4, "identifier", name.slice(0, 128), 128)),
  unclosedQuotation: (rest: string, line: number) => atLine(line, sqlError(105, rest)),
  columnsThanValues: (more: boolean, line: number) => atLine(line, sqlError(more ? 109 : 110)),
  mustBeFirst: (statement: string, line: number) => atLine(line, sqlError(111, statement)),
  missingEndComment: (line: number) => atLine(line, sqlError(113)),
  namedArguments: (position: number, line: number) => atLine(line, sqlError(119, position)),
  labelDeclared: (label: string, line: number) => atLine(line, sqlError(132, label)),
  labelMissing: (label: string, line: number) => atLine(line, sqlError(133, label)),
  variableDeclared: (name: string, line: number) => atLine(line, sqlError(134, name)),
  breakOutsideLoop: (line: number) => atLine(line, sqlError(135)),
  continueOutsideLoop: (line: number) => atLine(line, sqlError(136)),
  unknownOption: (word: string, kind: string, line: number) => atLine(line, sqlError(155, word, kind)),
  databasePrefix: (statement: string, line: number) => atLine(line, sqlError(166, statement)),
  floatOutOfRange: (text: string, line: number) => atLine(line, sqlError(168, text, 8)),
  returnWithValue: (line: number) => atLine(line, sqlError(178)),
  nestedTooDeeply: (line: number) => atLine(line, sqlError(191)),
  invalidMoney: (line: number) => atLine(line, sqlError(293)),
  withoutSemicolon: (line: number) => atLine(line, sqlError(319)),
  unknownHint: (word: string, line: number) => atLine(line, sqlError(321, word)),
  unknownObjectType: (word: string, line: number) => atLine(line, sqlError(343, word)),
  numberOutOfRange: (text: string, line: number) => atLine(line, sqlError(1007, "number", text)),
  emptyName: (line: number) => atLine(line, sqlErrorWithState(1038, 4)),
  notBoolean: (near: string, line: number) => atLine(line, sqlError(4145, near)),
  rowsOfOneLength: (line: number) => atLine(line, sqlError(10709)),
  mergeTerminator: (line: number) => atLine(line, sqlError(10713)),
  tooManyRows: (line: number) => atLine(line, sqlError(10738, 1000)),
  changeTableAlias: (line: number) => atLine(line, sqlError(22104)),
  contextWithSelect: (line: number) => atLine(line, sqlError(22108)),
};

/** Of data types; the engine fills in the line. */
export const typeError = {
  sizeForAny: (size: number, owner: string, name: string) => sqlErrorWithState(131, 2, size, owner, name, 8000),
  size: (size: number, owner: string, name: string, limit: number) =>
    sqlErrorWithState(2717, 2, size, owner, name, limit),
  invalidLength: (length: number) => sqlError(1001, 1, length),
  scale: (scale: number) => sqlError(1002, 1, scale),
  scaleAbovePrecision: () => sqlError(192),
  width: (name: string) => sqlError(2716, 1, name),
  precision: (precision: number, limit: number) => sqlError(2750, 1, precision, limit),
  incorrectMax: () => sqlError(102, "max"),
};
