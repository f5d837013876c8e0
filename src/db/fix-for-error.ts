import { quoteName } from "../sql/quote.ts";

export interface DatabaseNames {
  readonly primary: string;
  readonly replica: string;
}

const grants =
  "run infra/sql/primary-rights.sql on the primary and infra/sql/replica-rights.sql on the replica, or grant the right that the error names";
const badRow =
  "correct the row on the primary, or drop or disable the constraint on the replica; then it heals by itself";
const tooNarrow = "ALTER TABLE ... ALTER COLUMN on the replica to the primary's type; then it heals by itself";
const roomOnReplica = (names: DatabaseNames): string =>
  `make room for the replica: ALTER DATABASE ${quoteName(names.replica)} MODIFY FILE (NAME = ..., MAXSIZE = UNLIMITED);, a larger disk, or a larger service objective`;

/**
 * What helps against an error of SQL Server in the middle of a sync, by its number: which of the two databases it was follows from what is
 * done there (the primary is only read, the replica is written).
 */
const fixes: Readonly<Record<number, (names: DatabaseNames) => string>> = {
  229: () => grants,
  230: () => grants,
  262: () => grants,
  297: () => grants,
  300: () => grants,
  916: () => grants,
  1088: () => grants,
  515: () => badRow,
  547: () => badRow,
  2601: () => badRow,
  2627: () => badRow,
  2628: () => tooNarrow,
  8152: () => tooNarrow,
  1101: roomOnReplica,
  1105: roomOnReplica,
  40544: roomOnReplica,
  9002: ({ replica }) =>
    `make room in the replica's transaction log: SELECT log_reuse_wait_desc FROM sys.databases WHERE name = N'${replica.replaceAll("'", "''")}'; says what keeps it; BACKUP LOG ${quoteName(replica)} TO ...; or ALTER DATABASE ... MODIFY FILE`,
  3906: ({ replica }) =>
    `ALTER DATABASE ${quoteName(replica)} SET READ_WRITE;, or point MSSQL_REPLICA_URL to the database that takes writes`,
  3952: ({ primary }) => `ALTER DATABASE ${quoteName(primary)} SET ALLOW_SNAPSHOT_ISOLATION ON;`,
  22105: ({ primary }) =>
    `ALTER TABLE ... ENABLE CHANGE_TRACKING; on the primary, after ALTER DATABASE ${quoteName(primary)} SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 2 DAYS, AUTO_CLEANUP = ON); where it is off`,
  22117: () =>
    "point MSSQL_PRIMARY_URL to the availability group's listener: Change Tracking is not to be had on a secondary",
};

/** One phrase or statement; undefined where nothing general can be said. */
export function fixForError(sqlError: number | undefined, names: DatabaseNames): string | undefined {
  return sqlError === undefined ? undefined : fixes[sqlError]?.(names);
}
