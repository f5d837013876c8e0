import type { Row } from "../db/session.ts";
import type { NeededObject } from "../model/needed-object.ts";
import { createNeededObject } from "../sql/create-needed-object.ts";

/** A row of `catalogSequences`, of either side. */
export function readSequence(row: Row): NeededObject {
  const cacheSize = row["cache_size"];
  return createNeededObject({
    kind: "sequence",
    name: { schema: row["schema_name"] as string, name: row["name"] as string },
    id: row["object_id"] as number,
    type: {
      name: row["base_type"] as string,
      maxLength: 0,
      precision: row["precision"] as number,
      scale: row["scale"] as number,
    },
    current: String(row["current_value"]),
    increment: String(row["increment_value"]),
    minimum: String(row["minimum_value"]),
    maximum: String(row["maximum_value"]),
    cycles: row["is_cycling"] === true,
    cached: row["is_cached"] === true,
    cacheSize: typeof cacheSize === "number" ? cacheSize : undefined,
  });
}
