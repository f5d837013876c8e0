import { type CommitRow, sameCommit } from "../model/history-mark.ts";
import type { LedgerRow } from "../model/ledger-row.ts";
import type { Version } from "../model/version.ts";
import type { ChunkTiming } from "./chunk-rows.ts";

/**
 * What one worker process remembers from tick to tick: hints that save work. Losing it costs a probe or a smaller
 * chunk, never a row.
 */
export interface TickMemory {
  /** Key of the table that had the last chunk. */
  lastChunk: string | undefined;
  readonly chunkTimings: Map<string, ChunkTiming>;
  /** Tables found without changes, by key, and at which moment of the primary and of the ledger. */
  readonly idle: Map<string, IdleFinding>;
  /** When each table was last altered, as of its last step that compared its shape, by key. */
  readonly comparedShapes: Map<string, string>;
  /** ms since the epoch. */
  lastIdleMove: number;
}

export interface IdleFinding {
  readonly currentVersion: Version;
  /** The primary's newest commit row: with it the history below is what it was. */
  readonly commit: CommitRow | undefined;
  readonly watermark: Version;
  readonly objectId: number;
  readonly beginVersion: Version;
}

export function createTickMemory(): TickMemory {
  return { lastChunk: undefined, chunkTimings: new Map(), idle: new Map(), comparedShapes: new Map(), lastIdleMove: 0 };
}

/** Whether a table was found idle at this very moment of the primary and of the ledger: it needs no new probe. */
export function isKnownIdle(
  finding: IdleFinding | undefined,
  row: LedgerRow,
  now: Omit<IdleFinding, "watermark">,
): boolean {
  return (
    finding !== undefined &&
    finding.currentVersion === now.currentVersion &&
    sameCommit(finding.commit, now.commit) &&
    finding.watermark === row.watermark &&
    finding.objectId === now.objectId &&
    finding.beginVersion === now.beginVersion
  );
}
