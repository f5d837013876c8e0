import type { Fault } from "../emulator/faults.ts";
import type { ArmedFault, EmulatorProcess } from "./emulator-process.ts";

/** The moments at which the app is killed. */
export const killSteps = ["reading", "staging", "before-commit", "after-commit"] as const;
export type KillStep = (typeof killSteps)[number];

export interface Killer {
  /** So far. */
  readonly kills: Readonly<Record<KillStep, number>>;
  readonly total: number;
  /** Resolves after the last kill. @throws where no moment for a kill came within a minute */
  readonly done: Promise<void>;
  stop(): void;
}

export interface KillerOptions {
  readonly count: number;
  readonly primary: EmulatorProcess;
  readonly replica: EmulatorProcess;
  /** SIGKILL, and wait until the process is gone. False where the app was not running. */
  readonly kill: () => Promise<boolean>;
  readonly onKill: (step: KillStep, total: number) => void;
}

/**
 * Kills the app `count` times, the steps in turn. The emulators say when a step is reached and hold it there, so that
 * the process dies in the middle of it: while rows are read, while they are staged, when the commit has arrived but
 * not taken effect, when it has taken effect but its answer was not sent.
 */
export function startKiller(options: KillerOptions): Killer {
  const kills: Record<KillStep, number> = { reading: 0, staging: 0, "before-commit": 0, "after-commit": 0 };
  const state = { total: 0, stopped: false };
  const run = async (): Promise<void> => {
    while (state.total < options.count && !state.stopped) {
      const step = killSteps[state.total % killSteps.length] ?? "reading";
      const armed = arm(step, options, state.total);
      let killed = false;
      try {
        await within(60, armed.hit, `no ${step} step of the app was seen`);
        killed = await options.kill();
      } finally {
        armed.release();
      }
      if (!killed) continue;
      kills[step] += 1;
      state.total += 1;
      options.onKill(step, state.total);
    }
  };
  const done = run();
  done.catch(() => undefined);
  return {
    kills,
    get total() {
      return state.total;
    },
    done,
    stop: () => {
      state.stopped = true;
    },
  };
}

function arm(step: KillStep, { primary, replica }: KillerOptions, turn: number): ArmedFault {
  // Sooner or later in the stream, and not always at the first commit of a tick.
  const rows = 1 + ((turn * 37) % 400);
  const faults: Record<KillStep, () => ArmedFault> = {
    reading: () => primary.arm({ app: "mssql_sync", at: "rows", afterRows: rows } as unknown as Fault),
    staging: () => replica.arm({ app: "mssql_sync", at: "bulk", afterRows: rows } as unknown as Fault),
    "before-commit": () => replica.arm({ app: "mssql_sync", at: "before-commit" } as unknown as Fault),
    "after-commit": () => replica.arm({ app: "mssql_sync", at: "after-commit" } as unknown as Fault),
  };
  return faults[step]();
}

async function within(seconds: number, event: Promise<void>, otherwise: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`${otherwise} within ${seconds} s`)), seconds * 1000);
  });
  try {
    await Promise.race([event, late]);
  } finally {
    clearTimeout(timer);
  }
}
