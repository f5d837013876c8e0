import type { Database } from "../db/database.ts";
import type { Row, Session } from "../db/session.ts";
import type { Module, ModuleName, ModuleType } from "../model/module.ts";
import { tableKey } from "../model/table-name.ts";
import { createSchemaText } from "../sql/create-schema.ts";
import {
  columnsQuery,
  createViewIndexText,
  dropModuleText,
  dropNeededText,
  dropViewIndexText,
  fitsType,
  keepModuleText,
  type ModulePermission,
  moduleSettingsText,
  modestSession,
  ownerText,
  permissionText,
  plainSession,
  restorePropertiesText,
} from "../sql/module-change-statements.ts";
import { forgetModuleStatement } from "../sql/module-ledger-statements.ts";
import type { ModuleStep } from "./module-step.ts";
import { holdFence, recordModule, recordNeededObject } from "../replica/module-ledger.ts";

/** ms; an indexed view is built while the statement runs. Below the 10 minutes after which the host ends an invocation. */
const statementTimeoutMs = 400_000;

/** What DROP took along, until its successor stands. */
interface Kept {
  readonly type: Module["type"];
  /** Names the #temp table with the extended properties. */
  readonly at: number;
  readonly owner: string | undefined;
  readonly permissions: readonly ModulePermission[];
}

/** A module cannot be changed, for a reason that is no error of the server. */
export class ModuleInTheWay extends Error {
  override readonly name = "ModuleInTheWay";
  readonly fix: string;

  constructor(what: string, fix: string) {
    super(what);
    this.fix = fix;
  }
}

/**
 * Carries out the steps of one change in one transaction: nobody sees a module missing, and where a step fails all
 * stays as it was.
 * @returns permissions that could not be given back, as text: they do not fit the new type, or their column is gone
 * @throws ModuleFenceLost when another worker has taken over; ModuleInTheWay; the server's error
 */
export async function changeModule(replica: Database, fence: bigint, steps: readonly ModuleStep[]): Promise<string[]> {
  const lost: string[] = [];
  await replica.withTransaction("read committed", async (session) => {
    const schemas = [...schemasOf(steps)].map(createSchemaText);
    await holdFence(session, fence, { before: modestSession, after: schemas.join("\n") });
    const kept = new Map<string, Kept>();
    for (const step of steps) lost.push(...(await takeStep(session, step, kept)));
    await session.batch(plainSession);
  });
  return lost;
}

function schemasOf(steps: readonly ModuleStep[]): Set<string> {
  return new Set(
    steps.flatMap((step) => {
      if (step.kind === "make") return [step.name.schema];
      return step.kind === "make-needed" ? [step.object.name.schema] : [];
    }),
  );
}

async function takeStep(session: Session, step: ModuleStep, kept: Map<string, Kept>): Promise<string[]> {
  switch (step.kind) {
    case "drop":
      if (step.keepAs !== undefined) kept.set(step.keepAs, await keep(session, step.module, kept.size));
      await session.batch(dropModuleText(step.module));
      return [];
    case "forget":
      await session.query(forgetModuleStatement(step.recordKind, step.name));
      return [];
    case "drop-needed":
      await session.batch(dropNeededText(step.object));
      return [];
    case "make-needed":
      await session.batch(step.object.create ?? "");
      await recordNeededObject(session, step.object);
      return [];
    case "make":
      await make(session, step);
      return step.restoreFrom === undefined ? [] : restore(session, step.name, step.type, kept.get(step.restoreFrom));
    case "drop-index":
      await session.batch(dropViewIndexText(step.view, step.index));
      return [];
    case "create-index":
      await session.batch(createViewIndexText(step.view, step.index), { timeoutMs: statementTimeoutMs });
      return [];
    case "record":
      await recordModule(session, step.record);
      return [];
  }
}

/** The text is a batch of its own, exactly as it is: that is what the catalog will hold. */
async function make(session: Session, { definition }: ModuleStep & { readonly kind: "make" }): Promise<void> {
  const usual = definition.ansiNulls && definition.quotedIdentifier;
  if (!usual) await session.batch(moduleSettingsText(definition));
  await session.batch(definition.text, { timeoutMs: statementTimeoutMs });
  if (!usual) await session.batch(moduleSettingsText({ ansiNulls: true, quotedIdentifier: true }));
}

async function keep(session: Session, module: Module, at: number): Promise<Kept> {
  const [facts, permissions] = await session.batch(keepModuleText(module.name, at));
  const trigger = facts?.[0]?.["trigger_name"];
  if (typeof trigger === "string") {
    throw new ModuleInTheWay(
      `${tableKey(module.name)} must be dropped to be made again, and its trigger ${trigger} on the replica would go with it`,
      `drop the trigger ${trigger} on the replica, and make it again afterwards`,
    );
  }
  if (permissions?.some((row) => row["grantee"] === null || row["grantor"] === null) === true) {
    throw new ModuleInTheWay(
      `${tableKey(module.name)} must be dropped to be made again, and the login may not see who has permissions on it`,
      "GRANT VIEW DEFINITION TO [the login's user on the replica];",
    );
  }
  const owner = facts?.[0]?.["owner_name"];
  return {
    at,
    type: module.type,
    owner: typeof owner === "string" ? owner : undefined,
    permissions: (permissions ?? []).map(permissionOf),
  };
}

function permissionOf(row: Row): ModulePermission {
  const column = row["column_name"];
  return {
    state: (row["state"] as string).trim(),
    permission: row["permission_name"] as string,
    column: typeof column === "string" ? column : undefined,
    grantee: row["grantee"] as string,
    grantor: row["grantor"] as string,
  };
}

/** The owner first: changing it takes all permissions away. */
async function restore(
  session: Session,
  name: ModuleName,
  type: ModuleType,
  kept: Kept | undefined,
): Promise<string[]> {
  if (kept === undefined) throw new Error(`restore what ${tableKey(name)} had: nothing was kept`);
  if (kept.owner !== undefined) await session.batch(ownerText(name, kept.owner));
  const [columns] = await session.query(columnsQuery(name));
  const names = new Set((columns ?? []).map((row) => row["name"]));
  const lost: string[] = [];
  for (const permission of kept.permissions) {
    const { column } = permission;
    const fits = kept.type === type || fitsType(permission.permission, type);
    if (fits && (column === undefined || names.has(column))) {
      await session.batch(permissionText(name, permission));
    } else {
      lost.push(permissionText(name, permission));
    }
  }
  await session.batch(restorePropertiesText(name, type, kept.at));
  return lost;
}
