import type {
  FunctionObject,
  ModuleReference,
  SecurityPolicyObject,
  TableObject,
} from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import type {
  AlterSecurityPolicyStatement,
  CreateSecurityPolicyStatement,
  SecurityPredicate,
} from "../../tsql/ast-ddl.ts";
import type { ObjectName } from "../../tsql/ast-names.ts";
import { printDefinition } from "../../tsql/print-definition.ts";
import { quoteName } from "../../tsql/print-data-type.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { Scope } from "../session/scope.ts";
import type { Session } from "../session/session.ts";
import { findObject, requireTable, writtenName } from "../session/resolve-name.ts";
import { newObjectPlace } from "./object-place.ts";

type Predicate = SecurityPolicyObject["predicates"][number];

/**
 * CREATE SECURITY POLICY: what filters and blocks rows of tables ("CREATE SECURITY POLICY"). It is enabled unless it says STATE = OFF.
 * @throws SqlError 208, 2714; Unsupported: BLOCK predicates that are in force, and policies that the server refuses
 */
export function createSecurityPolicy(statement: CreateSecurityPolicyStatement, session: Session, scope: Scope): void {
  const { database, schemaId, name } = newObjectPlace(statement.name, session, scope);
  const enabled = statement.enabled ?? true;
  const schemaBound = statement.schemaBinding ?? true;
  const made = statement.predicates.map((node, at) => predicate(node, at + 1, schemaBound, database, session, scope));
  const transaction = session.transactions.current!;
  const now = session.engine.clock.now();
  const policy: SecurityPolicyObject = {
    kind: "security-policy",
    objectId: database.newObjectId(),
    schemaId,
    name,
    parentObjectId: 0,
    createDate: now,
    modifyDate: now,
    enabled,
    schemaBound,
    notForReplication: statement.notForReplication,
    predicates: made.map((each) => each.predicate),
    references: made.flatMap((each) => each.references),
  };
  if (enabled) requireEnforceable(policy, database);
  database.addObject(transaction, policy);
  lockTargets(policy, database, session);
}

/**
 * ALTER SECURITY POLICY ... DROP FILTER PREDICATE ON ..., WITH (STATE = ...).
 * @throws SqlError 208; Unsupported as `createSecurityPolicy`, and for a table that the policy does not filter
 */
export function alterSecurityPolicy(statement: AlterSecurityPolicyStatement, session: Session, scope: Scope): void {
  const found = findObject(statement.name, session, scope);
  if (found?.object.kind !== "security-policy") throw sqlError(208, writtenName(statement.name));
  const { object: policy, database } = found;
  database.requireWritable();
  const left = statement.unfiltered.reduce((rest, table) => withoutFilter(rest, table, session, scope), policy);
  const changed = { ...left, enabled: statement.enabled ?? policy.enabled, modifyDate: session.engine.clock.now() };
  if (changed.enabled) requireEnforceable(changed, database);
  database.replaceObject(session.transactions.current!, changed);
  lockTargets(policy, database, session);
}

function withoutFilter(
  policy: SecurityPolicyObject,
  name: ObjectName,
  session: Session,
  scope: Scope,
): SecurityPolicyObject {
  const { table } = requireTable(name, session, scope);
  const at = policy.predicates.findIndex((each) => each.type === "FILTER" && each.targetObjectId === table.objectId);
  if (at < 0) throw new Unsupported(`DROP FILTER PREDICATE ON ${table.name}, which the policy does not filter`);
  return {
    ...policy,
    predicates: policy.predicates.filter((_, index) => index !== at),
    // Each predicate brought two, for its table and for its function.
    references: policy.references.filter((_, index) => Math.floor(index / 2) !== at),
  };
}

/** Its tables change what they show: nobody reads them meanwhile, and older snapshots get 3961. @throws LockConflict */
export function lockTargets(policy: SecurityPolicyObject, database: Database, session: Session): void {
  const transaction = session.transactions.current!;
  for (const { targetObjectId } of policy.predicates) {
    const target = database.objects.get(targetObjectId);
    if (target?.kind !== "table") continue;
    const { store } = target;
    database.server.locks.acquire(transaction, store, "Sch-M");
    transaction.onCommit((number) => void (store.definitionStamp = number));
  }
}

/** One enabled predicate for each table and operation; the server refuses more, in words that are not known here. */
function requireEnforceable(policy: SecurityPolicyObject, database: Database): void {
  if (policy.predicates.some(({ type }) => type === "BLOCK")) throw new Unsupported("an enabled BLOCK PREDICATE");
  const others = [...database.securityPolicies()].filter(
    (other) => other.enabled && other.objectId !== policy.objectId,
  );
  const taken = others.flatMap(({ predicates }) => predicates.map(({ targetObjectId }) => targetObjectId));
  for (const { targetObjectId } of policy.predicates) {
    if (taken.includes(targetObjectId)) throw new Unsupported("two enabled predicates for one table");
    taken.push(targetObjectId);
  }
}

function predicate(
  node: SecurityPredicate,
  predicateId: number,
  schemaBound: boolean,
  database: Database,
  session: Session,
  scope: Scope,
): { predicate: Predicate; references: ModuleReference[] } {
  void node.text;
  const { database: at, table } = requireTable(node.table, session, scope);
  if (at !== database) throw new Unsupported("a security policy for a table of another database");
  const filter = predicateFunction(node.function, schemaBound, session, scope);
  const args = node.arguments.map((argument) => inner(printDefinition(argument)));
  const names = [database.schemaName(filter.schemaId), filter.name].map(quoteName).join(".");
  const text = `${names}(${args.join(", ")})`;
  return {
    predicate: {
      predicateId,
      targetObjectId: table.objectId,
      functionObjectId: filter.objectId,
      definition: `(${text})`,
      type: node.type === "block" ? "BLOCK" : "FILTER",
      ...(node.operation === undefined
        ? {}
        : { operation: node.operation.toUpperCase() as NonNullable<Predicate["operation"]> }),
    },
    references: [
      reference(database.schemaName(table.schemaId), table.name, columnsIn(text, table)),
      reference(database.schemaName(filter.schemaId), filter.name, undefined),
    ],
  };
}

/** A definition stands in parentheses, an argument does not. */
function inner(definition: string): string {
  return definition.startsWith("(") && definition.endsWith(")") ? definition.slice(1, -1) : definition;
}

function predicateFunction(name: ObjectName, schemaBound: boolean, session: Session, scope: Scope): FunctionObject {
  const found = findObject(name, session, scope);
  if (!found) throw sqlError(208, writtenName(name));
  const { object } = found;
  if (object.kind !== "inline-function") throw new Unsupported("a security predicate that is no inline function");
  if (schemaBound && !object.module.schemaBound)
    throw new Unsupported("a schema-bound security policy with a function that is not");
  return object;
}

function columnsIn(text: string, table: TableObject): number[] {
  return table.columns.filter(({ name }) => text.includes(quoteName(name))).map(({ columnId }) => columnId);
}

function reference(schema: string, name: string, columnIds: readonly number[] | undefined): ModuleReference {
  return {
    schema,
    name,
    class: "object",
    schemaBound: true,
    callerDependent: false,
    ambiguous: false,
    ...(columnIds === undefined ? {} : { columnIds }),
  };
}
