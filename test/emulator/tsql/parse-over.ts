import { Unsupported } from "../values/sql-error.ts";
import type { FrameBound, OverClause, WindowFrame } from "./ast-expressions.ts";
import { parseExpression } from "./parse-expression.ts";
import { parseOrderItems } from "./parse-query.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** OVER ([PARTITION BY ...] [ORDER BY ...] [ROWS | RANGE ...]) */
export function parseOver(p: TokenCursor): OverClause {
  p.expect("OVER");
  if (!p.is("(")) throw new Unsupported("OVER with a named window");
  p.expect("(");
  const partitionBy = p.accept("PARTITION", "BY") ? p.list(() => parseExpression(p)) : [];
  const orderBy = p.acceptPair("ORDER", "BY") ? parseOrderItems(p) : [];
  const frame = parseFrame(p);
  p.expect(")");
  return { kind: "over", partitionBy, orderBy, frame };
}

function parseFrame(p: TokenCursor): WindowFrame | undefined {
  const unit = p.acceptOneOf("ROWS", "RANGE");
  if (unit === undefined) return undefined;
  const between = p.accept("BETWEEN");
  const start = parseBound(p);
  let end: FrameBound | undefined;
  if (between) {
    p.expect("AND");
    end = parseBound(p);
  }
  return { kind: "frame", unit: unit === "ROWS" ? "rows" : "range", start, end };
}

function parseBound(p: TokenCursor): FrameBound {
  if (p.accept("CURRENT")) {
    p.expect("ROW");
    return { kind: "frame-bound", bound: "current row", offset: undefined };
  }
  if (p.accept("UNBOUNDED")) {
    const bound =
      p.expectOneOf("PRECEDING", "FOLLOWING") === "PRECEDING" ? "unbounded preceding" : "unbounded following";
    return { kind: "frame-bound", bound, offset: undefined };
  }
  const offset = parseExpression(p);
  const bound = p.expectOneOf("PRECEDING", "FOLLOWING") === "PRECEDING" ? "preceding" : "following";
  return { kind: "frame-bound", bound, offset };
}
