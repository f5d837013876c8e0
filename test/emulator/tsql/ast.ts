import type * as control from "./ast-control.ts";
import type * as ddl from "./ast-ddl.ts";
import type * as dml from "./ast-dml.ts";
import type * as modules from "./ast-modules.ts";
import type * as tables from "./ast-tables.ts";

/**
 * The syntax tree of T-SQL, by family: ast-names, ast-expressions, ast-queries, ast-dml, ast-tables, ast-ddl, ast-modules, ast-control.
 * Discriminated by `kind`; every clause is a field that is always there (undefined, false or empty where it was not written).
 * `pos` is an offset (UTF-16 units) in the batch's text, `line` its line, from 1. Identifiers are as written, without quotes.
 */
export interface Batch {
  readonly kind: "batch";
  readonly text: string;
  readonly statements: readonly Statement[];
}

export type Statement =
  | dml.SelectStatement
  | dml.InsertStatement
  | dml.InsertBulkStatement
  | dml.UpdateStatement
  | dml.DeleteStatement
  | dml.MergeStatement
  | dml.TruncateTableStatement
  | tables.CreateTableStatement
  | tables.AlterTableStatement
  | tables.CreateIndexStatement
  | tables.AlterIndexStatement
  | tables.DropIndexStatement
  | ddl.CreateDatabaseStatement
  | ddl.AlterDatabaseStatement
  | ddl.CreateSchemaStatement
  | ddl.AlterSchemaTransferStatement
  | ddl.AlterAuthorizationStatement
  | ddl.CreateColumnMasterKeyStatement
  | ddl.CreateColumnEncryptionKeyStatement
  | ddl.CreateTypeStatement
  | ddl.CreateSequenceStatement
  | ddl.AlterSequenceStatement
  | ddl.CreateSynonymStatement
  | ddl.DropStatement
  | ddl.CreateLoginStatement
  | ddl.AlterLoginStatement
  | ddl.CreateUserStatement
  | ddl.AlterUserStatement
  | ddl.CreateRoleStatement
  | ddl.AlterRoleStatement
  | ddl.PermissionStatement
  | ddl.CreateSecurityPolicyStatement
  | ddl.AlterSecurityPolicyStatement
  | modules.CreateViewStatement
  | modules.CreateProcedureStatement
  | modules.CreateFunctionStatement
  | modules.CreateTriggerStatement
  | control.ExecuteStatement
  | control.DeclareStatement
  | control.SetVariableStatement
  | control.SetOptionStatement
  | control.SetValueStatement
  | control.SetIdentityInsertStatement
  | control.SetIsolationLevelStatement
  | control.IfStatement
  | control.WhileStatement
  | control.BlockStatement
  | control.TryStatement
  | control.BreakStatement
  | control.ContinueStatement
  | control.ReturnStatement
  | control.GotoStatement
  | control.LabelStatement
  | control.PrintStatement
  | control.ThrowStatement
  | control.RaiserrorStatement
  | control.WaitForStatement
  | control.BeginTransactionStatement
  | control.CommitTransactionStatement
  | control.RollbackTransactionStatement
  | control.SaveTransactionStatement
  | control.UseStatement
  | control.DbccStatement
  | control.CheckpointStatement
  | control.KillStatement
  | control.EnableTriggerStatement
  | control.ExecuteAsStatement
  | control.RevertStatement;
