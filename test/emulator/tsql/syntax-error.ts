import { SqlError } from "../values/sql-error.ts";

/** What the parser raises. All have severity 15, except where the server says otherwise. */
function error(number: number, message: string, line: number, severity = 15, state = 1): SqlError {
  const raised = new SqlError(number, severity, state, message);
  raised.line = line;
  return raised;
}

export const syntaxError = {
  near: (text: string, line: number) => error(102, `Incorrect syntax near '${text}'.`, line),
  nearKeyword: (word: string, line: number) => error(156, `Incorrect syntax near the keyword '${word}'.`, line),
  identifierTooLong: (name: string, line: number) =>
    error(
      103,
      `The identifier that starts with '${name.slice(0, 128)}' is too long. Maximum length is 128.`,
      line,
      15,
      4,
    ),
  unclosedQuotation: (rest: string, line: number) =>
    error(105, `Unclosed quotation mark after the character string '${rest}'.`, line),
  columnsThanValues: (more: boolean, line: number) =>
    error(
      more ? 109 : 110,
      `There are ${more ? "more" : "fewer"} columns in the INSERT statement than values specified in the VALUES clause. ` +
        `The number of values in the VALUES clause must match the number of columns specified in the INSERT statement.`,
      line,
    ),
  mustBeFirst: (statement: string, line: number) =>
    error(111, `'${statement}' must be the first statement in a query batch.`, line),
  missingEndComment: (line: number) => error(113, "Missing end comment mark '*/'.", line),
  namedArguments: (position: number, line: number) =>
    error(
      119,
      `Must pass parameter number ${position} and subsequent parameters as '@name = value'. After the form '@name = value' ` +
        `has been used, all subsequent parameters must be passed in the form '@name = value'.`,
      line,
    ),
  labelDeclared: (label: string, line: number) =>
    error(
      132,
      `The label '${label}' has already been declared. Label names must be unique within a query batch or stored procedure.`,
      line,
    ),
  labelMissing: (label: string, line: number) =>
    error(133, `A GOTO statement references the label '${label}' but the label has not been declared.`, line),
  breakOutsideLoop: (line: number) =>
    error(135, "Cannot use a BREAK statement outside the scope of a WHILE statement.", line),
  continueOutsideLoop: (line: number) =>
    error(136, "Cannot use a CONTINUE statement outside the scope of a WHILE statement.", line),
  invalidOption: (option: string, statement: string, line: number) =>
    error(153, `Invalid usage of the option ${option} in the ${statement} statement.`, line),
  unknownOption: (word: string, kind: string, line: number) =>
    error(155, `'${word}' is not a recognized ${kind} option.`, line),
  argumentCount: (name: string, count: number, line: number) =>
    error(174, `The ${name} function requires ${count} argument(s).`, line),
  databasePrefix: (statement: string, line: number) =>
    error(166, `'${statement}' does not allow specifying the database name as a prefix to the object name.`, line),
  contextWithSelect: (line: number) =>
    error(22108, "The CHANGE_TRACKING_CONTEXT WITH clause cannot be used with a SELECT statement.", line, 16),
  returnWithValue: (line: number) =>
    error(178, "A RETURN statement with a return value cannot be used in this context.", line),
  nestedTooDeeply: (line: number) =>
    error(
      191,
      "Some part of your SQL statement is nested too deeply. Rewrite the query or break it up into smaller queries.",
      line,
    ),
  withoutSemicolon: (line: number) =>
    error(
      319,
      "Incorrect syntax near the keyword 'with'. If this statement is a common table expression, an xmlnamespaces clause or a " +
        "change tracking context clause, the previous statement must be terminated with a semicolon.",
      line,
    ),
  unknownHint: (word: string, line: number) =>
    error(
      321,
      `"${word}" is not a recognized table hints option. If it is intended as a parameter to a table-valued function or to ` +
        "the CHANGETABLE function, ensure that your database compatibility mode is set to 90.",
      line,
    ),
  unknownObjectType: (word: string, line: number) =>
    error(343, `Unknown object type '${word}' used in a CREATE, DROP, or ALTER statement.`, line),
  numberOutOfRange: (text: string, line: number) =>
    error(1007, `The number '${text}' is out of the range for numeric representation (maximum precision 38).`, line),
  emptyName: (line: number) =>
    error(
      1038,
      "An object or column name is missing or empty. For SELECT INTO statements, verify each column has a name. For other " +
        'statements, look for empty alias names. Aliases defined as "" or [] are not allowed. Change the alias to a valid name.',
      line,
      15,
      4,
    ),
  notBoolean: (near: string, line: number) =>
    error(
      4145,
      `An expression of non-boolean type specified in a context where a condition is expected, near '${near}'.`,
      line,
    ),
  rowsOfOneLength: (line: number) =>
    error(10709, "The number of columns for each row in a table value constructor must be the same.", line, 16),
  mergeTerminator: (line: number) => error(10713, "A MERGE statement must be terminated by a semi-colon (;).", line),
  tooManyRows: (line: number) =>
    error(
      10738,
      "The number of row value expressions in the INSERT statement exceeds the maximum allowed number of 1000 row values.",
      line,
    ),
};

/** Of data types; the engine fills in the line. `owner` is `type 'varchar'` or `column 'name'`. */
export const typeError = {
  sizeForAny: (size: number, owner: string) =>
    error(
      131,
      `The size (${size}) given to the ${owner} exceeds the maximum allowed for any data type (8000).`,
      1,
      15,
      2,
    ),
  size: (size: number, owner: string, limit: number) =>
    error(2717, `The size (${size}) given to the ${owner} exceeds the maximum allowed (${limit}).`, 1, 15, 2),
  invalidLength: (length: number) => error(1001, `Line 1: Length or precision specification ${length} is invalid.`, 1),
  scale: (scale: number) => error(1002, `Line 1: Specified scale ${scale} is invalid.`, 1),
  scaleAbovePrecision: () => error(192, "The scale must be less than or equal to the precision.", 1),
  width: (name: string) =>
    error(2716, `Column, parameter, or variable #1: Cannot specify a column width on data type ${name}.`, 1, 16),
  precision: (precision: number) =>
    error(
      2750,
      `Column or parameter #1: Specified column precision ${precision} is greater than the maximum precision of 38.`,
      1,
      16,
    ),
  floatPrecision: (precision: number) =>
    error(
      2750,
      `Column or parameter #1: Specified column precision ${precision} is greater than the maximum precision of 53.`,
      1,
      16,
    ),
  incorrectMax: () => syntaxError.near("max", 1),
};
