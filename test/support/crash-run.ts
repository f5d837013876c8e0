import type { TickMemory } from "../../src/tick/tick-memory.ts";
import { type CrashApp, startCrashApp } from "./crash-app.ts";
import { crashDifferences, loadNumbers } from "./crash-differences.ts";
import { atEveryMoment, type CrashMoment } from "./crash-moments.ts";
import { crashSettings, type CrashStep, crashSteps } from "./crash-scenario.ts";
import type { CrashServers, Moment } from "./crash-servers.ts";

/** A step of the scenario as it went without faults. */
export interface WalkedStep {
  readonly step: CrashStep;
  /** The servers right before it. */
  readonly from: Moment;
  /** What the app remembered, and its clock. */
  readonly memory: TickMemory | undefined;
  readonly now: number;
  readonly moments: readonly Pick<CrashMoment, "label" | "kind">[];
  /** The number of each table's last load after it. */
  readonly loads: ReadonlyMap<string, string>;
}

const start = Date.UTC(2026, 0, 1);
/** The longest that a dead process's lease stands, and a table waits after its first failures. */
const untilRetriedMs = 11_000;
/** One that meets what the fault left behind, and as many as a load of these tables takes, with one to spare. */
const mostRuns = 5;

/** Walks through the scenario without faults and counts the moments of every step. */
export async function walkScenario(servers: CrashServers): Promise<WalkedStep[]> {
  const walked: WalkedStep[] = [];
  let memory: TickMemory | undefined;
  let now = start;
  for (const step of crashSteps) {
    await step.before(servers);
    now += step.passes ?? 5_000;
    const from = await servers.take();
    const moments: WalkedStep["moments"][number][] = [];
    const app = await startApp(servers, { step, memory, now });
    const note = ({ label, kind }: CrashMoment): void => void moments.push({ label, kind });
    await atEveryMoment(servers, note, () => step.run(app));
    walked.push({ step, from, memory, now, moments, loads: await loadNumbers(servers) });
    memory = app.app.memory;
    await app.close();
  }
  return walked;
}

/** What has come of the faults at the moments of one step. */
export interface CrashTally {
  /** What crashes have left behind that were gone on from; the same again needs no second look. */
  readonly left: Set<string>;
}

/**
 * Plays a step again up to one of its moments, where the app loses that connection; it goes on, and so do the primary's
 * users. An app that remembers the same, holds as many connections and finds the same on the servers goes on in the
 * same way: then once is enough.
 * @returns what is still wrong when everything should have converged
 */
export async function dropAt(
  servers: CrashServers,
  walked: WalkedStep,
  label: string,
  { left }: CrashTally,
): Promise<string[]> {
  await servers.putBack(walked.from);
  const app = await startApp(servers, walked);
  try {
    if (!(await play(servers, app, walked, label, (moment) => moment.drop()))) return [notReached];
    if (!isNew(left, `${await servers.fingerprint()} ${app.fingerprint()}`)) return [];
    await servers.primary.run(walked.step.meanwhile);
    return await converge(servers, app, walked);
  } finally {
    await app.close();
  }
}

/**
 * Plays a step again up to one of its moments, where the process is killed; another takes its place, and the primary's
 * users go on. A new process knows nothing but what the servers hold: from the very same it is gone on once.
 * @returns what is still wrong when everything should have converged
 */
export async function killAt(
  servers: CrashServers,
  walked: WalkedStep,
  label: string,
  { left }: CrashTally,
): Promise<string[]> {
  await servers.putBack(walked.from);
  const killed = await startApp(servers, walked);
  const kill = (moment: CrashMoment): Promise<void> => {
    killed.kill();
    return moment.gone();
  };
  const reached = await play(servers, killed, walked, label, kill);
  await killed.close();
  if (!reached) return [notReached];
  if (!isNew(left, await servers.fingerprint())) return [];
  const next = startCrashApp(servers, { settings: crashSettings, now: walked.now });
  try {
    await servers.primary.run(walked.step.meanwhile);
    return await converge(servers, next, walked);
  } finally {
    await next.close();
  }
}

function isNew(left: Set<string>, fingerprint: string): boolean {
  const { size } = left;
  return left.add(fingerprint).size > size;
}

const notReached = "the moment was not reached";

/** Whether the moment was reached. What the invocation says of it does not matter, only what it leaves behind. */
async function play(
  servers: CrashServers,
  app: CrashApp,
  { step }: WalkedStep,
  label: string,
  act: (moment: CrashMoment) => Promise<void>,
): Promise<boolean> {
  let reached = false;
  const take = (moment: CrashMoment): Promise<void> | undefined => {
    if (moment.label !== label) return undefined;
    reached = true;
    return act(moment);
  };
  await atEveryMoment(servers, take, () => step.run(app).catch(() => undefined));
  return reached;
}

/** As many runs as it may take, each when the time has come that leases are over and failed tables are due. */
async function converge(servers: CrashServers, app: CrashApp, walked: WalkedStep): Promise<string[]> {
  let wrong: string[] = [];
  for (let run = 0; run < mostRuns; run++) {
    app.letPass(untilRetriedMs);
    await servers.expireLeases();
    await walked.step.run(app);
    wrong = await crashDifferences(servers, walked);
    if (wrong.length === 0) break;
  }
  return wrong;
}

/** An app in the middle of its life; at the first step it is at the start of it. */
async function startApp(
  servers: CrashServers,
  { step, memory, now }: Pick<WalkedStep, "step" | "memory" | "now">,
): Promise<CrashApp> {
  const app = startCrashApp(servers, { settings: crashSettings, now, ...(memory !== undefined && { memory }) });
  if (step !== crashSteps[0]) await app.warmUp();
  return app;
}
