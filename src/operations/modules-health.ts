import type { ModuleRun, ModuleState } from "../model/module-state.ts";
import type { Finding } from "./finding.ts";
import { schedulePeriod } from "./schedule-period.ts";

/** Module sync as the health report shows it. */
export interface ModulesHealth {
  /** null: it has not run yet. */
  readonly lastRun: ModuleRun | null;
  /** Number of modules by state. */
  readonly states: Readonly<Record<ModuleState["state"], number>>;
  /** The timer is switched off by AzureWebJobs.syncModules.Disabled. */
  readonly disabled: boolean;
}

export interface ModulesFacts {
  readonly run: ModuleRun | undefined;
  readonly states: ReadonlyMap<string, ModuleState>;
  readonly disabled: boolean;
}

export function modulesHealth({ run, states, disabled }: ModulesFacts): ModulesHealth {
  const counts: Record<ModuleState["state"], number> = { "in-sync": 0, pending: 0, unsupported: 0, "replica-only": 0 };
  for (const { state } of states.values()) counts[state] += 1;
  return { lastRun: run ?? null, states: counts, disabled };
}

/** A run may be this many periods late; the report of a run stands when it has ended. */
const latePeriods = 3;
const namesShown = 5;

/**
 * What is to be said of module sync. Pure.
 * @param now ms since the epoch
 */
export function modulesFindings(
  { run, states, disabled }: ModulesFacts,
  now: number,
  settings: { readonly moduleSyncSchedule: string; readonly tickBudgetSeconds: number },
): Finding[] {
  const findings: Finding[] = [];
  const warn = (what: string, fix: string): void => void findings.push({ severity: "warning", what, fix });
  const period = schedulePeriod(settings.moduleSyncSchedule);
  const lookAtTimer = "look in the log whether the timer syncModules starts, and what it fails with";
  if (!disabled && run === undefined) {
    warn("module sync has not run yet: views, procedures and functions do not follow", lookAtTimer);
  } else if (!disabled && run !== undefined && period !== undefined) {
    const age = Math.round((now - Date.parse(run.at)) / 1000);
    if (age > latePeriods * period + settings.tickBudgetSeconds) {
      warn(
        `module sync last ran ${age.toLocaleString("en-US")} s ago: views, procedures and functions may be old`,
        lookAtTimer,
      );
    }
  }
  const pending = [...states].filter(([, { state }]) => state === "pending").map(([name]) => name);
  if (pending.length > 0) {
    const more = pending.length > namesShown ? ` and ${pending.length - namesShown} more` : "";
    const names = `${pending.sort().slice(0, namesShown).join(", ")}${more}`;
    warn(`modules that wait for something: ${names}`, "GET /api/modules says what each of them waits for");
  }
  if (run?.dropsHeld !== undefined) {
    warn(`no view, procedure or function is dropped at present: ${run.dropsHeld.reason}`, run.dropsHeld.fix);
  }
  for (const grant of run?.advice ?? []) {
    warn("the login cannot read what modules refer to, so their order is a guess", grant);
  }
  return findings;
}
