import type { SqlRow } from "../values/sql-type.ts";
import type { Column, Index } from "./database-model.ts";
import { keyLengths, longestKey } from "./index-entry-length.ts";
import type { IndexSpec } from "./table-store.ts";

/**
 * How a table's store keeps the indexes of its definition. Disabled indexes are left out.
 * `holds` gives the compiled predicate of a filtered index.
 */
export function indexSpecs(
  columns: readonly Column[],
  indexes: readonly Index[],
  holds: (index: Index) => (row: SqlRow) => boolean = noFilter,
): IndexSpec[] {
  return indexes
    .filter((index) => !index.disabled)
    .map((index) =>
      withLimit({
        indexId: index.indexId,
        name: index.name,
        unique: index.unique,
        clustered: index.clustered,
        ignoreDupKey: index.ignoreDupKey,
        ...(index.primaryKey ? { constraint: "PRIMARY KEY" as const } : {}),
        ...(index.uniqueConstraint ? { constraint: "UNIQUE KEY" as const } : {}),
        ...(index.filterDefinition === undefined ? {} : { holds: holds(index) }),
        keys: index.keyColumns.map(({ columnId, descending }) => {
          const ordinal = columns.findIndex((column) => column.columnId === columnId);
          const column = columns[ordinal];
          if (column === undefined) throw new Error(`index ${index.name}: the table has no column ${columnId}`);
          return { ordinal, type: column.type, descending };
        }),
      }),
    );
}

/** Only keys that can be too long are measured. */
function withLimit(spec: IndexSpec): IndexSpec {
  const { most } = keyLengths(spec.keys.map(({ type }) => type));
  return most > longestKey(spec.clustered) ? { ...spec, measured: true } : spec;
}

function noFilter(index: Index): never {
  throw new Error(`index ${index.name}: a filtered index needs its predicate`);
}
