import { type DefinitionToken, definitionTokens } from "./definition-tokens.ts";

/**
 * Whether the module reads a system-versioned table as of another time: FOR SYSTEM_TIME AS OF, FROM, BETWEEN, CONTAINED
 * or ALL, outside strings and comments. PERIOD FOR SYSTEM_TIME in a table that the module makes itself is no such thing,
 * nor is a sequence, synonym or column of that name.
 * https://learn.microsoft.com/sql/t-sql/queries/from-transact-sql#system_time
 */
export function usesSystemTime(definition: string): boolean {
  // Nearly all texts end here, without being taken apart.
  if (!definition.toUpperCase().includes("SYSTEM_TIME")) return false;
  // The four tokens before the one at hand, oldest first.
  let before: readonly DefinitionToken[] = [];
  for (const token of definitionTokens(definition)) {
    if (token.kind === "word" && isSystemTime([...before, token])) return true;
    before = [...before.slice(-3), token];
  }
  return false;
}

/** Whether the last of these tokens is the first one behind FOR SYSTEM_TIME that says which time is meant. */
function isSystemTime(tokens: readonly DefinitionToken[]): boolean {
  const words = tokens.map(({ kind, text }) => (kind === "word" ? text.toUpperCase() : ""));
  const time = words.lastIndexOf("SYSTEM_TIME");
  if (time < 1 || words[time - 1] !== "FOR" || words[time - 2] === "VALUE") return false;
  const clause = words.slice(time + 1).join(" ");
  return ["ALL", "FROM", "BETWEEN", "CONTAINED", "AS OF"].includes(clause);
}
