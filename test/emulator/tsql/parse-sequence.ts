import type { AlterSequenceStatement, CreateSequenceStatement, SequenceOptions } from "./ast-ddl.ts";
import type { DataTypeNode } from "./ast-names.ts";
import { parseDataType, parseObjectName, parseSignedInteger } from "./parse-names.ts";
import type { TokenCursor } from "./token-cursor.ts";

type OptionsDraft = { -readonly [K in keyof SequenceOptions]: SequenceOptions[K] };

/** CREATE SEQUENCE and ALTER SEQUENCE; the cursor stands at SEQUENCE. */
export function parseSequence(
  p: TokenCursor,
  pos: number,
  line: number,
  kind: "create-sequence" | "alter-sequence",
): CreateSequenceStatement | AlterSequenceStatement {
  p.expect("SEQUENCE");
  const name = parseObjectName(p);
  let type: DataTypeNode | undefined;
  let restart = false;
  const options: OptionsDraft = {
    kind: "sequence-options",
    start: undefined,
    increment: undefined,
    minimum: undefined,
    maximum: undefined,
    cycle: undefined,
    cache: undefined,
  };
  for (;;) {
    if (kind === "create-sequence" && type === undefined && p.accept("AS")) {
      type = parseDataType(p);
    } else if (kind === "alter-sequence" && !restart && p.accept("RESTART")) {
      restart = true;
      if (p.accept("WITH")) options.start = parseSignedInteger(p);
    } else if (kind === "create-sequence" && p.accept("START", "WITH")) {
      options.start = parseSignedInteger(p);
    } else if (!parseOption(p, options)) {
      if (kind === "create-sequence") return { kind, pos, line, name, type, options };
      return { kind, pos, line, name, restart, options };
    }
  }
}

function parseOption(p: TokenCursor, options: OptionsDraft): boolean {
  if (p.accept("INCREMENT", "BY")) options.increment = parseSignedInteger(p);
  else if (p.accept("MINVALUE")) options.minimum = parseSignedInteger(p);
  else if (p.accept("MAXVALUE")) options.maximum = parseSignedInteger(p);
  else if (p.accept("CYCLE")) options.cycle = true;
  else if (p.accept("CACHE")) options.cache = p.token.kind === "integer" ? p.advance().value : "default";
  else if (p.accept("NO", "MINVALUE")) options.minimum = "none";
  else if (p.accept("NO", "MAXVALUE")) options.maximum = "none";
  else if (p.accept("NO", "CYCLE")) options.cycle = false;
  else if (p.accept("NO", "CACHE")) options.cache = "no";
  else return false;
  return true;
}
