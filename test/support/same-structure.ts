import { Lexer, type Token } from "../emulator/tsql/lexer.ts";

/** Stands in a plain statement for a name or a text that may be hostile: `zq7z`. */
export const placeholder = /zq(\d+)z/g;

/**
 * Checks that two texts are the same T-SQL but for what stands for the placeholders of the first: token for token, a
 * name is one quoted name in both, a text one literal, and a literal that holds T-SQL is looked into in the same way.
 * @throws Error with both texts and where they part
 */
export function expectSameStructure(plain: string, hostile: string, valueOf: (placeholder: string) => string): void {
  const [before, after] = [tokens(plain), tokens(hostile)];
  const fail = (token: Token | undefined): never => {
    throw new Error(`not the same from ${JSON.stringify(token?.value)} on:\n${plain}\n${JSON.stringify(hostile)}`);
  };
  before.forEach((token, at) => {
    const other = after[at];
    if (other === undefined || other.kind !== token.kind || other.key !== token.key) return fail(token);
    if (!token.value.includes("zq")) return other.value === token.value || fail(token);
    if (token.value.replace(placeholder, "") === "") {
      return other.value === token.value.replaceAll(placeholder, valueOf) || fail(token);
    }
    // A literal that holds a name among other things is a statement, or a name of several parts.
    if (!token.kind.endsWith("string")) fail(token);
    return expectSameStructure(token.value, other.value, valueOf);
  });
  if (after.length > before.length) fail(after[before.length]);
}

function tokens(text: string): Token[] {
  const lexer = new Lexer(text, true);
  const found: Token[] = [];
  for (;;) {
    const token = lexer.next();
    if (token.kind === "end") return found;
    found.push(token);
  }
}
