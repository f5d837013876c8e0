import { Unsupported } from "../values/sql-error.ts";
import { parseString } from "./parse-names.ts";
import type { TokenCursor } from "./token-cursor.ts";

export interface ModuleAttributes {
  readonly attributes: readonly string[];
  readonly executeAs: string | undefined;
}

type ModuleClass = "view" | "procedure" | "function" | "trigger";

const attributesOf: Record<ModuleClass, readonly string[]> = {
  view: ["SCHEMABINDING", "ENCRYPTION", "VIEW_METADATA"],
  procedure: ["ENCRYPTION", "RECOMPILE", "SCHEMABINDING"],
  function: ["SCHEMABINDING", "ENCRYPTION"],
  trigger: ["ENCRYPTION", "SCHEMABINDING"],
};

/** WITH attribute, ..., when it is there. */
export function parseModuleAttributes(p: TokenCursor, module: ModuleClass): ModuleAttributes {
  const attributes: string[] = [];
  let executeAs: string | undefined;
  if (!p.accept("WITH")) return { attributes, executeAs };
  p.list(() => {
    if (module !== "view" && p.acceptOneOf("EXEC", "EXECUTE") !== undefined) {
      p.expect("AS");
      const word = p.acceptOneOf("CALLER", "SELF", "OWNER");
      executeAs = word?.toLowerCase() ?? parseString(p);
      return;
    }
    attributes.push(parseAttribute(p, module));
  });
  return { attributes, executeAs };
}

function parseAttribute(p: TokenCursor, module: ModuleClass): string {
  if (p.is("NATIVE_COMPILATION")) throw new Unsupported("natively compiled modules");
  if (module === "function") {
    if (p.accept("RETURNS", "NULL", "ON", "NULL", "INPUT")) return "returns null on null input";
    if (p.accept("CALLED", "ON", "NULL", "INPUT")) return "called on null input";
    if (p.accept("INLINE", "=")) return `inline = ${p.expectOneOf("ON", "OFF").toLowerCase()}`;
  }
  return p.expectOneOf(...attributesOf[module]).toLowerCase();
}
