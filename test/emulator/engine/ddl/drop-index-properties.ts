import type { Index } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import type { Session } from "../session/session.ts";

/** Extended properties of indexes go with them. */
export function dropIndexProperties(
  objectId: number,
  indexes: readonly Index[],
  database: Database,
  session: Session,
): void {
  const ids = new Set(indexes.map((index) => index.indexId));
  if (ids.size === 0) return;
  for (const [key, property] of [...database.extendedProperties.entries()]) {
    if (property.class === 7 && property.majorId === objectId && ids.has(property.minorId))
      database.extendedProperties.delete(session.transactions.current, key);
  }
}
