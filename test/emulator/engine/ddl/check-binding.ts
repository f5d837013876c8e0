import type { ModuleReference } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";

/** WITH SCHEMABINDING ("CREATE VIEW", "CREATE FUNCTION"). */

/** @throws SqlError 1054: bound modules name their columns */
export function requireNoStar(node: unknown, inExists: boolean): void {
  if (Array.isArray(node)) {
    for (const each of node) requireNoStar(each, inExists);
    return;
  }
  if (typeof node !== "object" || node === null || Buffer.isBuffer(node)) return;
  const kind = "kind" in node ? node.kind : undefined;
  if (kind === "select-star") {
    if (inExists) throw new Unsupported("EXISTS (SELECT *) in a schema-bound module");
    throw sqlError(1054, "*");
  }
  for (const child of Object.values(node))
    requireNoStar(child, kind === "exists" || (inExists && kind !== "derived-table"));
}

/** Bound modules name everything with its schema, in their own database. @throws SqlError 4512, 4513, 208 */
export function checkBinding(
  references: readonly ModuleReference[],
  module: { readonly word: string; readonly written: string; readonly schemaId: number; readonly name: string },
  database: Database,
): void {
  for (const reference of references) {
    if (reference.class !== "object") continue;
    const parts = [reference.server, reference.database, reference.schema, reference.name];
    const written = parts.filter((part) => part !== undefined).join(".");
    const schema = reference.schema === undefined ? undefined : database.findSchema(reference.schema);
    const itself =
      schema?.schemaId === module.schemaId && database.nameKey(reference.name) === database.nameKey(module.name);
    // A scalar function may call itself.
    if (reference.schema === undefined || reference.database !== undefined || (itself && module.word === "view")) {
      throw sqlError(4512, module.word, module.written, written);
    }
    if (itself) continue;
    const object = schema && database.findObject(schema.schemaId, reference.name);
    if (!object) throw sqlError(208, written);
    if (("module" in object && !object.module.schemaBound) || object.kind === "synonym")
      throw sqlError(4513, module.word, module.written, written);
  }
}
