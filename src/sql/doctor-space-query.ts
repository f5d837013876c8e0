import type { Statement } from "./statement.ts";

/**
 * How full the database is. Rowsets: its most bytes, which only Azure SQL Database tells (NULL elsewhere); its data and log files in pages of
 * 8 KB. `max_pages` 0: does not grow; -1: grows until the disk is full; 268435456, of a log: 2 TB. Needs membership in public.
 * https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-database-files-transact-sql
 * https://learn.microsoft.com/sql/t-sql/functions/fileproperty-transact-sql
 * https://learn.microsoft.com/sql/t-sql/functions/databasepropertyex-transact-sql
 */
export const doctorSpaceQuery: Statement = {
  text: `SELECT CONVERT(bigint, DATABASEPROPERTYEX(DB_NAME(), 'MaxSizeInBytes')) AS max_bytes;
SELECT f.name, f.type_desc, f.size AS pages, f.max_size AS max_pages, f.growth,
  FILEPROPERTY(f.name, 'SpaceUsed') AS used_pages
FROM sys.database_files AS f
WHERE f.type IN (0, 1) AND f.state = 0
ORDER BY f.file_id;`,
  params: [],
};
