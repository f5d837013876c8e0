import { quoteName, quoteText } from "./quote.ts";

/** Makes a schema where it is missing; its owner is who runs the text. CREATE SCHEMA has to be alone in its batch. */
export function createSchemaText(schema: string): string {
  return `IF SCHEMA_ID(${quoteText(schema)}) IS NULL EXEC(${quoteText(`CREATE SCHEMA ${quoteName(schema)}`)});`;
}
