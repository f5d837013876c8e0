import type { ArmedFault, EmulatorProcess } from "./emulator-process.ts";

/** The moments at which the app is killed. */
export const killSteps = ["reading", "staging", "before-commit", "after-commit", "changing-module"] as const;
export type KillStep = (typeof killSteps)[number];

export interface KillerOptions {
  readonly primary: EmulatorProcess;
  readonly replica: EmulatorProcess;
  /** SIGKILL, and wait until the process is gone. False where the app was not running. */
  readonly kill: (total: number) => Promise<boolean>;
  readonly onKill: (step: KillStep, total: number) => void;
}

/**
 * Kills the app over and over, the steps in turn. The emulators say when a step is reached and hold it there, so that
 * the process dies in the middle of it: while rows are read, while they are staged, when the commit has arrived but
 * not taken effect, when it has taken effect but its answer was not sent; and at the commit of a module's change.
 */
export class Killer {
  /** So far. */
  readonly kills: Record<KillStep, number> = {
    reading: 0,
    staging: 0,
    "before-commit": 0,
    "after-commit": 0,
    "changing-module": 0,
  };
  readonly #options: KillerOptions;
  #stopped = false;

  constructor(options: KillerOptions) {
    this.#options = options;
  }

  get total(): number {
    return Object.values(this.kills).reduce((sum, kills) => sum + kills, 0);
  }

  /** Kills until there were `count` kills in all. @throws where no moment for a kill came within a minute */
  async killUpTo(count: number): Promise<void> {
    while (this.total < count && !this.#stopped) {
      const step = killSteps[this.total % killSteps.length] ?? "reading";
      const armed = arm(step, this.#options, this.total);
      try {
        await within(60, armed.hit, `no ${step} step of the app was seen`);
        if (!(await this.#options.kill(this.total))) continue;
      } finally {
        armed.release();
      }
      this.kills[step] += 1;
      this.#options.onKill(step, this.total);
    }
  }

  stop(): void {
    this.#stopped = true;
  }
}

const app = "mssql_sync";
/** The statements that read rows of a table, not those that look at the catalog. */
const readsRows = String.raw`^(?![^]*\bsys\.)[^]*FROM (CHANGETABLE\(CHANGES |\[)`;
/** The transactions that bring rows; the ledger has others. */
const bringsRows = "#\\w|INSERT BULK";
/** The transactions of module sync: each of them holds the modules' fence. */
const changesModules = String.raw`FROM mssql_sync\.module_fence`;

function arm(step: KillStep, { primary, replica }: KillerOptions, turn: number): ArmedFault {
  // Not always at the first row.
  const round = Math.floor(turn / killSteps.length);
  const after = round % 3;
  switch (step) {
    case "reading":
      return primary.freeze({ step: "row", app, match: readsRows, after });
    case "staging":
      return replica.freeze({ step: "bulk", app, after });
    case "before-commit":
      return replica.freeze({ step: "commit", app, match: bringsRows });
    case "after-commit":
      return replica.freeze({ step: "committed", app, match: bringsRows });
    case "changing-module":
      return replica.freeze({ step: round % 2 === 0 ? "commit" : "committed", app, match: changesModules });
  }
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
