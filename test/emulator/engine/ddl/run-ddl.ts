import type { Statement } from "../../tsql/ast.ts";
import { withCoverage } from "../../tsql/coverage.ts";
import { sqlError } from "../../values/error-table.ts";
import { SqlError, Unsupported } from "../../values/sql-error.ts";
import { atomic, type Execution } from "../session/execution.ts";
import type { Step } from "../session/step.ts";
import { alterDatabase, createDatabase } from "./database-statements.ts";
import { alterIndex, createIndex, dropIndex } from "./index-statements.ts";
import { alterAuthorization } from "./alter-authorization.ts";
import { alterTable } from "./alter-table.ts";
import { createColumnEncryptionKey, createColumnMasterKey } from "./column-keys.ts";
import { createTable } from "./create-table.ts";
import { dropObjects } from "./drop-objects.ts";
import { createModule } from "./create-module.ts";
import { createTrigger, enableTrigger } from "./create-trigger.ts";
import { changePermission } from "./permission-statements.ts";
import { alterPrincipal, createPrincipal } from "./principal-statements.ts";
import { requireDdlRight } from "./require-ddl-right.ts";
import { alterSecurityPolicy, createSecurityPolicy } from "./security-policy.ts";
import { alterSchemaTransfer, createSchema } from "./schema-statements.ts";
import { alterSequence, createSequence, createSynonym, createType } from "./type-statements.ts";

type DdlStatement = Statement;

/** Statements that do not run within a transaction (226). */
const OUTSIDE_TRANSACTIONS: ReadonlySet<Statement["kind"]> = new Set(["create-database", "alter-database"]);

/** Changes metadata, as one unit. Only #temp tables concern this session alone. */
export function* runDdl(statement: DdlStatement, execution: Execution): Step<void> {
  const { session } = execution;
  const { transactions } = session;
  if (OUTSIDE_TRANSACTIONS.has(statement.kind) && transactions.explicit) {
    throw sqlError(226, statement.kind.replace("-", " ").toUpperCase());
  }
  if (execution.scope.kind === "function") throw sqlError(443, statement.kind.replace("-", " ").toUpperCase());
  transactions.beginImplicit();
  if (session.options.isolation === "snapshot" && transactions.explicit && !isLocal(statement)) {
    // "DDL statements are not allowed inside a snapshot transaction": those that are listed there.
    if (["alter-table", "create-index", "alter-index", "drop-index"].includes(statement.kind)) throw sqlError(3964);
  }
  yield* atomic(execution, () => {
    const covered = withCoverage(statement);
    try {
      if (!isLocal(statement)) requireDdlRight(statement, execution);
      change(covered.node, execution);
    } catch (error) {
      if (error instanceof SqlError && !session.compileScope.has(error))
        session.compileScope.set(error, execution.scope);
      throw error;
    }
    const unread = covered.unreadClauses();
    if (unread.length > 0) throw new Unsupported(unread.join(", "));
    transactions.changedMetadata = true;
  });
  session.localVersion++;
  if (!isLocal(statement)) session.engine.metadataChanged();
}

function isLocal(statement: DdlStatement): boolean {
  switch (statement.kind) {
    case "create-table":
      return statement.name.name.startsWith("#");
    case "alter-table":
    case "create-index":
    case "alter-index":
      return statement.table.name.startsWith("#");
    case "drop":
      return statement.names.every((name) => name.name.startsWith("#"));
    default:
      return false;
  }
}

function change(statement: DdlStatement, execution: Execution): void {
  const { session, scope } = execution;
  switch (statement.kind) {
    case "create-database":
      return createDatabase(statement, session);
    case "alter-database":
      return alterDatabase(statement, execution);
    case "create-schema":
      return createSchema(statement, session);
    case "alter-schema-transfer":
      return alterSchemaTransfer(statement, session, scope);
    case "alter-authorization":
      return alterAuthorization(statement, session, scope);
    case "create-table":
      return createTable(statement, session, scope);
    case "alter-table":
      return alterTable(statement, execution);
    case "create-index":
      return createIndex(statement, session, scope);
    case "alter-index":
      return alterIndex(statement, session, scope);
    case "drop-index":
      return dropIndex(statement, session, scope);
    case "create-security-policy":
      return createSecurityPolicy(statement, session, scope);
    case "alter-security-policy":
      return alterSecurityPolicy(statement, session, scope);
    case "create-column-master-key":
      return createColumnMasterKey(statement, session);
    case "create-column-encryption-key":
      return createColumnEncryptionKey(statement, session);
    case "create-type":
      return createType(statement, session, scope);
    case "create-sequence":
      return createSequence(statement, session, scope);
    case "alter-sequence":
      return alterSequence(statement, session, scope);
    case "create-synonym":
      return createSynonym(statement, session);
    case "drop":
      return dropObjects(statement, execution);
    case "create-view":
    case "create-procedure":
    case "create-function":
      return createModule(statement, session, scope);
    case "create-trigger":
      return createTrigger(statement, session, scope);
    case "enable-trigger":
      return enableTrigger(statement, session, scope);
    case "create-login":
    case "create-user":
    case "create-role":
      return createPrincipal(statement, session);
    case "alter-login":
    case "alter-user":
    case "alter-role":
      return alterPrincipal(statement, session);
    case "permission":
      return changePermission(statement, session, scope);
    default:
      throw new Unsupported(statement.kind);
  }
}
