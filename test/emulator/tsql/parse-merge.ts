import type { MergeAction, MergeClause, MergeStatement } from "./ast-dml.ts";
import { parseAssignments, parseDmlTarget, parseOutput, parseValueOrDefault } from "./parse-dml.ts";
import { parsePredicate } from "./parse-expression.ts";
import { parseQueryHints } from "./parse-hints.ts";
import { parseOptionalColumnNames } from "./parse-names.ts";
import { parseTop } from "./parse-query.ts";
import { acceptTableAlias, parseTableSource } from "./parse-table-source.ts";
import { noWith } from "./parse-with.ts";
import type { WithPrefix } from "./parse-with.ts";
import { syntaxError } from "./syntax-error.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** MERGE; must end with a semicolon (error 10713). */
export function parseMerge(p: TokenCursor, prefix: WithPrefix = noWith): MergeStatement {
  const { pos, line } = p.expect("MERGE");
  const top = parseTop(p);
  p.accept("INTO");
  const bare = parseDmlTarget(p);
  // USING is no reserved word and would pass for an alias.
  const target = { ...bare, alias: p.is("USING") ? undefined : acceptTableAlias(p) };
  p.expect("USING");
  const source = parseTableSource(p);
  p.expect("ON");
  const on = parsePredicate(p);
  const clauses: MergeClause[] = [];
  while (p.is("WHEN")) clauses.push(parseMergeClause(p));
  if (clauses.length === 0) throw p.unexpected();
  const outputs = parseOutput(p);
  const options = parseQueryHints(p);
  if (!p.is(";")) throw syntaxError.mergeTerminator(p.line);
  return { kind: "merge", pos, line, ...prefix, top, target, source, on, clauses, ...outputs, options };
}

function parseMergeClause(p: TokenCursor): MergeClause {
  const { pos } = p.expect("WHEN");
  let match: MergeClause["match"] = "matched";
  if (p.accept("NOT")) {
    p.expect("MATCHED");
    match = "not matched";
    if (p.accept("BY") && p.expectOneOf("TARGET", "SOURCE") === "SOURCE") match = "not matched by source";
  } else {
    p.expect("MATCHED");
  }
  const and = p.accept("AND") ? parsePredicate(p) : undefined;
  p.expect("THEN");
  return { kind: "merge-clause", pos, match, and, action: parseMergeAction(p, match) };
}

function parseMergeAction(p: TokenCursor, match: MergeClause["match"]): MergeAction {
  if (match !== "not matched") {
    if (p.accept("DELETE")) return { kind: "merge-delete" };
    p.expect("UPDATE", "SET");
    return { kind: "merge-update", assignments: parseAssignments(p) };
  }
  const { line } = p.expect("INSERT");
  const columns = parseOptionalColumnNames(p);
  if (p.accept("DEFAULT", "VALUES")) return { kind: "merge-insert", columns, values: undefined };
  p.expect("VALUES");
  const values = p.parenthesized(() => parseValueOrDefault(p));
  const width = columns?.length ?? values.length;
  if (values.length !== width) throw syntaxError.columnsThanValues(width > values.length, line);
  return { kind: "merge-insert", columns, values };
}
