import type { ConnectionPool } from "mssql";
import { moduleChanges, replicaOnly } from "./change-modules.ts";
import { compareModules } from "./compare-modules.ts";
import { readModules } from "./read-modules.ts";
import type { ScenarioStage } from "./play-scenario.ts";
import { until } from "./until.ts";

/** Before the app has started: the replica gets a procedure that the primary does not know. */
export async function makeReplicaOnly({ replica, say }: ScenarioStage): Promise<void> {
  await replica.request().batch(replicaOnly.batch);
  say(`the replica has a procedure of its own, ${replicaOnly.name}`);
}

/** Waits until the replica has every module of the primary. */
export async function modulesArrive(stage: ScenarioStage): Promise<void> {
  const { primary, say } = stage;
  await untilEqual(stage, "every module stands on the replica", undefined);
  const types = [...(await readModules(primary)).values()].map(({ type }) => type);
  const count = (type: string): number => types.filter((each) => each === type).length;
  say(
    `modules: ${types.length} stand on the replica as well (${count("V")} views, ${count("P")} procedures, ` +
      `${count("FN")} scalar, ${count("IF")} inline and ${count("TF")} multi-statement function)`,
  );
}

/** Alters one of each type, renames one, drops one, and looks that the replica follows. */
export async function modulesFollow(stage: ScenarioStage): Promise<void> {
  const { primary, say } = stage;
  for (const { batches } of moduleChanges) for (const batch of batches) await primary.request().batch(batch);
  say("modules: on the primary one of each type is altered, one is renamed, one is dropped");
  const changedAt = performance.now();
  for (const { what, names } of moduleChanges) {
    await untilEqual(stage, `the replica follows: ${what}`, names);
    say(`  the replica follows after ${((performance.now() - changedAt) / 1000).toFixed(1)} s: ${what}`);
  }
}

async function untilEqual(
  { primary, replica, patience }: ScenarioStage,
  what: string,
  names: readonly string[] | undefined,
): Promise<void> {
  let different: readonly string[] = [];
  const look = async (): Promise<boolean> => {
    const comparisons = await compareModules(primary, replica, [replicaOnly.name]);
    different = comparisons
      .filter(({ name, differences }) => differences > 0 && (names === undefined || names.includes(name)))
      .map(({ name, examples }) => `${name}: ${examples[0]?.slice(0, 200) ?? ""}`);
    return different.length === 0;
  };
  try {
    await until(what, look, { seconds: 60 * patience, everyMs: 200 });
  } catch (error) {
    throw new Error(`${what}; last seen: ${different.join("; ")}`, { cause: error });
  }
}

/** Keeps changing one procedure while `work` runs, so that module sync has something to do all the time. */
export async function changeModuleDuring(primary: ConnectionPool, work: Promise<void>): Promise<void> {
  let over = false;
  const end = work.finally(() => (over = true));
  for (let change = 1; !over; change += 1) {
    await primary.request().batch(`CREATE OR ALTER PROCEDURE dbo.ChangedOften AS SELECT ${change} AS change;`);
    await Promise.race([end, new Promise((done) => setTimeout(done, 500))]);
  }
  await end;
}
