import type { Predicate } from "../../tsql/ast-expressions.ts";
import type {
  DeclareStatement,
  IfStatement,
  ReturnStatement,
  SetVariableStatement,
  WhileStatement,
} from "../../tsql/ast-control.ts";
import type { Statement } from "../../tsql/ast.ts";
import { INT } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import type { SqlValue } from "../../values/sql-type.ts";
import { convertTo } from "../expressions/arithmetic.ts";
import type { Evaluate, Test } from "../expressions/compiled.ts";
import { compileExpression } from "../expressions/expression.ts";
import { compilePredicate } from "../expressions/predicate.ts";
import { QueryScope } from "../query/query-scope.ts";
import type { Runtime } from "../runtime.ts";
import { atomic, type Execution } from "../session/execution.ts";
import type { Step } from "../session/step.ts";
import type { StatementContext } from "../statement-context.ts";
import { createTableVariable, tableTypeOf } from "../tables/create-local-table.ts";
import { compiled } from "./compile-statement.ts";

/** An environment without columns: expressions outside of queries. */
export function noColumns(context: StatementContext): QueryScope {
  return new QueryScope(context, undefined);
}

/** Conditions are compiled apart from the statements under them. */
const conditionNodes = new WeakMap<Statement, { readonly kind: "condition"; readonly predicate: Predicate }>();

/** IF and WHILE: UNKNOWN is not true. */
export function* condition(
  statement: IfStatement | WhileStatement,
  predicate: Predicate,
  execution: Execution,
): Step<boolean | null> {
  let node = conditionNodes.get(statement);
  if (!node) conditionNodes.set(statement, (node = { kind: "condition", predicate }));
  const own = node;
  return yield* atomic(execution, (runtime) => {
    const test = compiled(
      own,
      execution,
      (covered, context): Test => compilePredicate(covered.predicate, noColumns(context)).test,
    );
    return test(runtime);
  });
}

/** Evaluates an expression of a statement that has no rows. */
export function* evaluateWith<T extends object>(
  statement: T,
  execution: Execution,
  build: (node: T, context: StatementContext) => Evaluate,
): Step<SqlValue> {
  return yield* atomic(execution, (runtime: Runtime) => compiled(statement, execution, build)(runtime));
}

export function* runDeclare(statement: DeclareStatement, execution: Execution): Step<void> {
  const { scope, session } = execution;
  for (const declared of statement.variables) {
    const key = declared.name.toLowerCase();
    if (declared.kind === "table-variable-declaration") {
      if (scope.variables.has(key)) continue;
      yield* atomic(execution, () => createTableVariable(declared.name, declared.table, execution));
      continue;
    }
    if (!scope.variables.has(key)) {
      const tableType = yield* atomic(execution, () => tableTypeOf(declared.type, session));
      if (tableType) {
        yield* atomic(execution, () => createTableVariable(declared.name, tableType, execution));
        continue;
      }
      const type = compiled({ kind: "declared", type: declared.type }, execution, (node, context) =>
        context.dataType(node.type, "declaration"),
      );
      scope.declare({ name: declared.name, type, value: null });
    }
    if (declared.initial) {
      const initial = declared.initial;
      const node = initialNodes.get(declared) ?? { kind: "initial" as const, value: initial };
      initialNodes.set(declared, node);
      scope.variable(declared.name).value = yield* evaluateWith(
        node,
        execution,
        (covered, context) =>
          convertTo(compileExpression(covered.value, noColumns(context)), scope.variable(declared.name).type).evaluate,
      );
      session.rowCount = 1n;
    }
  }
}

const initialNodes = new WeakMap<
  object,
  {
    readonly kind: "initial";
    readonly value: NonNullable<Extract<DeclareStatement["variables"][number], { kind: "scalar-variable" }>["initial"]>;
  }
>();

export function* runSetVariable(statement: SetVariableStatement, execution: Execution): Step<void> {
  const variable = execution.scope.variable(statement.variable);
  variable.value = yield* evaluateWith(
    statement,
    execution,
    (node, context) =>
      context.assignmentValue(node.variable, node.operator, compileExpression(node.value, noColumns(context))).evaluate,
  );
  execution.session.rowCount = 1n;
}

/** @returns undefined for RETURN without a value */
export function* runReturn(statement: ReturnStatement, execution: Execution): Step<number | undefined> {
  if (!statement.value) return undefined;
  if (execution.scope.kind === "function") {
    const { scope } = execution;
    const type = scope.variable("@@return").type;
    scope.variable("@@return").value = yield* evaluateWith(
      statement,
      execution,
      (node, context) => convertTo(compileExpression(node.value!, noColumns(context)), type).evaluate,
    );
    return undefined;
  }
  if (execution.scope.kind !== "procedure") throw sqlError(178);
  const value = yield* evaluateWith(
    statement,
    execution,
    (node, context) => convertTo(compileExpression(node.value!, noColumns(context)), INT).evaluate,
  );
  return (value as number | null) ?? 0;
}
