import { SqlError } from "./values/sql-error.ts";

interface FaultError {
  readonly severity: number;
  readonly state: number;
  readonly text: string;
  /** The transaction is rolled back with it. */
  readonly rollsBack: boolean;
}

const SERVICE = "https://learn.microsoft.com/azure/azure-sql/database/resource-limits-logical-server";

/**
 * Errors of a server in trouble, by number, as documented ("Database engine events and errors", "Troubleshoot transient
 * connection errors in SQL Database"), with the place holders filled in. Severity 20 and above ends the connection.
 */
const ERRORS: Readonly<Record<number, FaultError>> = {
  596: error(21, 1, "Cannot continue the execution because the session is in the kill state.", true),
  701: error(19, 123, "There is insufficient system memory in resource pool 'default' to run this query.", true),
  1105: error(
    17,
    2,
    "Could not allocate space for object 'dbo.T' in database 'testct' because the 'PRIMARY' filegroup is full due to lack " +
      "of storage space or database files reaching the maximum allowed size.",
    true,
  ),
  1205: error(
    13,
    51,
    "Transaction (Process ID 51) was deadlocked on lock resources with another process and has been chosen as the " +
      "deadlock victim. Rerun the transaction.",
    true,
  ),
  1222: error(16, 51, "Lock request time out period exceeded.", false),
  3906: error(16, 2, 'Failed to update database "testct" because the database is read-only.', false),
  3960: error(
    16,
    2,
    "Snapshot isolation transaction aborted due to update conflict. You cannot use snapshot isolation to access table " +
      "'dbo.T' directly or indirectly in database 'testct' to update, delete, or insert the row that has been modified or " +
      "deleted by another transaction. Retry the transaction or change the isolation level for the update/delete statement.",
    true,
  ),
  3961: error(
    16,
    1,
    "Snapshot isolation transaction failed in database 'testct' because the object accessed by the statement has been " +
      "modified by a DDL statement in another concurrent transaction since the start of this transaction.  It is disallowed " +
      "because the metadata is not versioned. A concurrent update to metadata can lead to inconsistency if mixed with " +
      "snapshot isolation.",
    true,
  ),
  4060: error(11, 1, 'Cannot open database "testct" requested by the login. The login failed.', false),
  6005: error(14, 1, "SHUTDOWN is in progress.", false),
  8645: error(
    17,
    1,
    "A timeout occurred while waiting for memory resources to execute the query in resource pool 'default' (2). Rerun the query.",
    false,
  ),
  9002: error(
    17,
    2,
    "The transaction log for database 'testct' is full due to 'LOG_BACKUP' and the holdup lsn is (0:0:0).",
    true,
  ),
  10928: error(
    16,
    1,
    `Resource ID : 1. The request limit for the database is 30 and has been reached. See '${SERVICE}' for assistance.`,
    false,
  ),
  10929: error(
    16,
    1,
    "Resource ID : 1. The request minimum guarantee is 0, maximum limit is 30 and the current usage for the database is " +
      "25. However, the server is currently too busy to support requests greater than 25 for this database. See " +
      `'${SERVICE}' for assistance. Otherwise, please try again later.`,
    false,
  ),
  18456: error(14, 1, "Login failed for user 'sa'.", false),
  40143: error(16, 1, "The replica that the data node hosts for the requested partition is not primary.", true),
  40197: error(
    20,
    1,
    "The service has encountered an error processing your request. Please try again. Error code 4221.",
    true,
  ),
  40501: error(
    20,
    1,
    "The service is currently busy. Retry the request after 10 seconds. Incident ID: 00000000-0000-0000-0000-000000000000. " +
      "Code: 131075",
    true,
  ),
  40540: error(
    16,
    1,
    "Transaction was aborted as database is moved to read-only mode. This is a temporary situation and please retry the operation.",
    true,
  ),
  40544: error(
    20,
    1,
    "The database 'testct' has reached its size quota. Partition or delete data, drop indexes, or consult the documentation " +
      "for possible resolutions.",
    true,
  ),
  40549: error(
    20,
    1,
    "Session is terminated because you have a long running transaction. Try shortening your transaction.",
    true,
  ),
  40551: error(
    20,
    1,
    "The session has been terminated because of excessive TEMPDB usage. Try modifying your query to reduce temporary table " +
      "space usage.",
    true,
  ),
  40552: error(
    20,
    1,
    "The session has been terminated because of excessive transaction log space usage. Try modifying fewer rows in a single " +
      "transaction.",
    true,
  ),
  40613: error(
    20,
    1,
    "Database 'testct' on server 'EMULATOR' is not currently available.  Please retry the connection later.  If the problem " +
      "persists, contact customer support, and provide them the session tracing ID of " +
      "'00000000-0000-0000-0000-000000000000'.",
    true,
  ),
  49918: error(
    16,
    1,
    "Cannot process request. Not enough resources to process request. Please retry your request later.",
    false,
  ),
};

function error(severity: number, state: number, text: string, rollsBack: boolean): FaultError {
  return { severity, state, text, rollsBack };
}

/** @throws Error that names the numbers there are */
export function faultError(number: number): { error: SqlError; rollsBack: boolean } {
  const found = ERRORS[number];
  if (found === undefined) {
    throw new Error(`error ${number}: not among the errors that can be injected (${Object.keys(ERRORS).join(", ")})`);
  }
  return { error: new SqlError(number, found.severity, found.state, found.text), rollsBack: found.rollsBack };
}
