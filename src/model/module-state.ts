import type { ModuleType } from "./module.ts";

/** How a module stands, for operators: what Redis and GET /api/modules show. Decides nothing but when it is tried again. */
export interface ModuleState {
  readonly type: ModuleType | "CLR";
  /**
   * `pending`: waits for something, and is tried again at `retryAt`; `unsupported`: cannot follow by itself;
   * `replica-only`: the primary has no such module, and it stays.
   */
  readonly state: "in-sync" | "pending" | "unsupported" | "replica-only";
  readonly reason?: string | undefined;
  readonly fix?: string | undefined;
  readonly sqlError?: number | undefined;
  /** What this app last did to it, and when (UTC). */
  readonly lastChange?: { readonly what: ModuleChangeKind; readonly at: string } | undefined;
  /** Failures in a row of the same change. */
  readonly attempts?: number | undefined;
  /** UTC */
  readonly retryAt?: string | undefined;
  /** Names the change that failed: another one is tried at once. */
  readonly attempted?: string | undefined;
}

export type ModuleChangeKind = "created" | "altered" | "recreated" | "renamed" | "indexed" | "dropped";

/** What a run of module sync found and did. */
export interface ModuleRun {
  /** UTC */
  readonly at: string;
  readonly ms: number;
  /** Modules of the primary. */
  readonly modules: number;
  readonly changed: number;
  readonly pending: number;
  /** Changes whose turn did not come within the budget. */
  readonly postponed: number;
  /** Why nothing is dropped at present. */
  readonly dropsHeld?: { readonly reason: string; readonly fix: string } | undefined;
  /** Rights that would help. */
  readonly advice?: readonly string[] | undefined;
}
