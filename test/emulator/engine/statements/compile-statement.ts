import { withCoverage } from "../../tsql/coverage.ts";
import type { LockResource } from "../../storage/locks.ts";
import type { QueryHint } from "../../tsql/ast-queries.ts";
import { SqlError, Unsupported } from "../../values/sql-error.ts";
import type { Execution } from "../session/execution.ts";
import type { Session } from "../session/session.ts";
import type { Scope } from "../session/scope.ts";
import { StatementContext } from "../statement-context.ts";

interface Kept {
  readonly key: string;
  readonly plan: unknown;
  readonly uses: ReadonlySet<LockResource>;
}

/** Compiled statements by session: closures over tables as they were, so the key says what they depend on. */
const plans = new WeakMap<Session, WeakMap<object, Kept>>();

function keyOf(session: Session, scope: Scope, local: boolean): string {
  const { options } = session;
  const variables = [...scope.variables.values()].map(
    ({ name, type }) => `${name}:${type.name}:${type.length ?? ""}:${type.precision ?? ""}:${type.scale ?? ""}`,
  );
  const locals = local ? session.localVersion : "";
  const { ansiNulls, quotedIdentifier, ansiWarnings, ansiPadding, concatNullYieldsNull, numericRoundAbort } = options;
  const mode = `${ansiNulls}${quotedIdentifier}${ansiWarnings}${ansiPadding}${concatNullYieldsNull}${numericRoundAbort}${options.identityInsert?.objectId ?? ""}`;
  const frame = session.moduleFrame;
  const names = `${session.currentDatabase.databaseId}:${frame?.schemaId ?? ""}:${frame?.ownerId ?? ""}`;
  return `${session.engine.schemaVersion}|${names}|${locals}|${mode}|${variables.join()}`;
}

/**
 * Compiles a statement once for as long as nothing changes that it was compiled against. Every clause must be read on the
 * way, or the statement is refused.
 * @throws SqlError of compilation; Unsupported; LockConflict while another transaction changes the metadata
 */
export function compiled<T extends object, P>(
  statement: T,
  execution: Execution,
  build: (node: T, context: StatementContext) => P,
): P {
  const { session, scope } = execution;
  let known = plans.get(session);
  if (!known) plans.set(session, (known = new WeakMap()));
  const kept = known.get(statement);
  if (kept && kept.key === keyOf(session, scope, kept.key.split("|")[2] !== "")) return kept.plan as P;
  const covered = withCoverage(statement);
  const context = new StatementContext(session, scope);
  let plan: P;
  try {
    plan = build(covered.node, context);
  } catch (error) {
    if (error instanceof SqlError && !session.compileScope.has(error)) session.compileScope.set(error, scope);
    throw error;
  }
  if (context.maskedReads > 0 && !MASKS_RESULT.has((statement as { kind?: string }).kind ?? ""))
    throw new Unsupported(`a masked column in ${(statement as { kind?: string }).kind ?? "an expression"}`);
  const unread = covered.unreadClauses();
  if (unread.length > 0) throw new Unsupported(unread.join(", "));
  known.set(statement, { key: keyOf(session, scope, context.usesLocalTables), plan, uses: context.uses });
  return plan;
}

/** What a statement that was compiled reads (`StatementContext.uses`), to be held while it waits in the middle. */
export function usesOf(statement: object, session: Session): ReadonlySet<LockResource> {
  return plans.get(session)?.get(statement)?.uses ?? new Set();
}

/** Statements whose result is masked at the end; others would take the real values further. */
const MASKS_RESULT: ReadonlySet<string> = new Set(["select"]);

/** Hints of OPTION that choose a plan and never a result. */
// prettier-ignore
const PLAN_HINTS = new Set([
  "recompile", "maxdop", "fast", "force order", "hash join", "loop join", "merge join", "hash group", "order group", "concat union",
  "hash union", "merge union", "keep plan", "keepfixed plan", "robust plan", "optimize for unknown", "optimize for", "use hint", "expand views",
  "label", "querytraceon", "no_performance_spool", "min_grant_percent", "max_grant_percent", "parameterization simple", "parameterization forced",
]);

export function readHints(hints: readonly QueryHint[], context: StatementContext): void {
  for (const hint of hints) {
    void hint.argument;
    if (hint.name === "maxrecursion") context.maxRecursion = Number(hint.argument);
    else if (!PLAN_HINTS.has(hint.name)) throw new Unsupported(`OPTION (${hint.name})`);
  }
}
