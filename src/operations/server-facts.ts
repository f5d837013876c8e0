/** One of the two servers, and the database that the app uses there. */
export interface ServerFacts {
  /** 16.0.4135.4 */
  readonly productVersion: string;
  readonly edition: string;
  /** https://learn.microsoft.com/sql/t-sql/functions/serverproperty-transact-sql#serverproperty-properties */
  readonly engineEdition: number;
  /** Who the login is in the database. */
  readonly user: string;
  readonly compatibilityLevel: number;
  readonly collation: string;
  readonly userAccess: string;
  readonly readOnly: boolean;
  /** READ_ONLY on a readable secondary too. */
  readonly updateability: string;
  readonly autoClose: boolean;
  readonly readCommittedSnapshot: boolean;
  readonly delayedDurability: string;
  /** What keeps the log from being used again. */
  readonly logReuseWait: string;
}
