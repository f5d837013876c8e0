import type { ConnectionPool } from "mssql";

/** A view, procedure or function as the catalog describes it, in words that can be compared. */
export interface ModuleSchema {
  /** `CustomerOverview`, `sales.LinesOf`. */
  readonly name: string;
  readonly schema: string;
  readonly objectName: string;
  /** sys.objects.type: V, P, FN, IF or TF. */
  readonly type: string;
  readonly definition: string;
  /** ANSI_NULLS and the like, columns, parameters, indexes: everything beside the text that must be the same. */
  readonly facts: readonly string[];
}

const isFollowed = "o.type IN ('V', 'P', 'FN', 'IF', 'TF') AND o.is_ms_shipped = 0 AND s.name <> N'mssql_sync'";

const modulesQuery = `SELECT o.object_id AS id, s.name AS schemaName, o.name AS objectName, RTRIM(o.type) AS type,
  m.definition, m.uses_ansi_nulls AS ansiNulls, m.uses_quoted_identifier AS quotedIdentifier,
  m.is_schema_bound AS schemaBound
FROM sys.objects AS o
JOIN sys.schemas AS s ON s.schema_id = o.schema_id
JOIN sys.sql_modules AS m ON m.object_id = o.object_id
WHERE ${isFollowed}
ORDER BY s.name, o.name`;

const columnsQuery = `SELECT o.object_id AS id, c.name, ty.name AS typeName, c.max_length AS maxLength,
  c.precision AS prec, c.scale AS scale, c.is_nullable AS isNullable
FROM sys.columns AS c
JOIN sys.objects AS o ON o.object_id = c.object_id
JOIN sys.schemas AS s ON s.schema_id = o.schema_id
JOIN sys.types AS ty ON ty.user_type_id = c.user_type_id
WHERE ${isFollowed}
ORDER BY o.object_id, c.column_id`;

const parametersQuery = `SELECT o.object_id AS id, p.name, ty.name AS typeName, p.max_length AS maxLength,
  p.precision AS prec, p.scale AS scale, p.is_output AS isOutput
FROM sys.parameters AS p
JOIN sys.objects AS o ON o.object_id = p.object_id
JOIN sys.schemas AS s ON s.schema_id = o.schema_id
JOIN sys.types AS ty ON ty.user_type_id = p.user_type_id
WHERE ${isFollowed}
ORDER BY o.object_id, p.parameter_id`;

const indexesQuery = `SELECT o.object_id AS id, i.name, i.type_desc AS typeDesc, i.is_unique AS isUnique, c.name AS columnName
FROM sys.indexes AS i
JOIN sys.views AS o ON o.object_id = i.object_id
JOIN sys.schemas AS s ON s.schema_id = o.schema_id
JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id
JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
WHERE ${isFollowed}
ORDER BY o.object_id, i.name, ic.key_ordinal`;

interface ModuleRow {
  id: number;
  schemaName: string;
  objectName: string;
  type: string;
  definition: string | null;
  ansiNulls: boolean;
  quotedIdentifier: boolean;
  schemaBound: boolean;
}

interface TypedRow {
  id: number;
  name: string;
  typeName: string;
  maxLength: number;
  prec: number;
  scale: number;
  isNullable?: boolean;
  isOutput?: boolean;
}

interface IndexRow {
  id: number;
  name: string;
  typeDesc: string;
  isUnique: boolean;
  columnName: string;
}

/** All modules of a database but the app's own, by name. Nothing of the product is used: it is judged by this. */
export async function readModules(pool: ConnectionPool): Promise<Map<string, ModuleSchema>> {
  const modules = (await pool.request().batch<ModuleRow>(modulesQuery)).recordset;
  const columns = (await pool.request().batch<TypedRow>(columnsQuery)).recordset;
  const parameters = (await pool.request().batch<TypedRow>(parametersQuery)).recordset;
  const indexes = (await pool.request().batch<IndexRow>(indexesQuery)).recordset;
  return new Map(
    modules.map((row) => {
      const name = row.schemaName === "dbo" ? row.objectName : `${row.schemaName}.${row.objectName}`;
      const own = <Row extends { id: number }>(rows: readonly Row[]): Row[] => rows.filter(({ id }) => id === row.id);
      const facts = [
        `ANSI_NULLS ${row.ansiNulls}`,
        `QUOTED_IDENTIFIER ${row.quotedIdentifier}`,
        `schema-bound ${row.schemaBound}`,
        ...own(columns).map((column) => `column ${typed(column)}${column.isNullable === true ? " NULL" : " NOT NULL"}`),
        ...own(parameters).map(
          (parameter) => `parameter ${typed(parameter)}${parameter.isOutput === true ? " out" : ""}`,
        ),
        ...own(indexes).map((index) => `index ${index.name} ${index.typeDesc} ${index.isUnique} (${index.columnName})`),
      ];
      const { schemaName: schema, objectName, type } = row;
      return [name, { name, schema, objectName, type, definition: row.definition ?? "", facts }];
    }),
  );
}

function typed({ name, typeName, maxLength, prec, scale }: TypedRow): string {
  return `${name} ${typeName}(${maxLength},${prec},${scale})`;
}

export async function readTriggers(pool: ConnectionPool): Promise<string[]> {
  const query = "SELECT name FROM sys.triggers WHERE parent_class = 1 AND is_ms_shipped = 0 ORDER BY name";
  return (await pool.request().batch<{ name: string }>(query)).recordset.map(({ name }) => name);
}
