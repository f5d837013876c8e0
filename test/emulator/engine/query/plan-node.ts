import type { CompiledPredicate, SlotSet } from "../expressions/compiled.ts";
import type { Runtime } from "../runtime.ts";

/** One column of a wanted order. */
export interface OrderColumn {
  readonly slot: number;
  readonly index: number;
  readonly descending: boolean;
}

export interface OpenRequest {
  /** Slots that hold a row whenever this node is read: outer queries and nodes placed before it. */
  readonly bound: SlotSet;
  /** What is checked above; the node may use it to read less. */
  readonly candidates: readonly CompiledPredicate[];
  /** The order that would save a sort; the cursor says whether it keeps it. */
  readonly order: readonly OrderColumn[];
  /** How many rows will be read at most; undefined: all. */
  readonly rowGoal: number | undefined;
  /** Whether `reset` will be called more than once. */
  readonly repeated: boolean;
}

/** Walks rows by setting frame slots. */
export interface NodeCursor {
  readonly ordered: boolean;
  reset(): void;
  next(): boolean;
}

export interface PlanNode {
  /** The slots that it fills. */
  readonly slots: SlotSet;
  /** Slots of siblings that must be filled before it (APPLY). */
  readonly needs: SlotSet;
  /** Slots that it reads, its own ones too; undefined: none but those of the conditions it is given. */
  readonly reads?: SlotSet;
  open(runtime: Runtime, request: OpenRequest): NodeCursor;
  /** A guess of the rows it gives, with `candidates` whose other sides are bound. */
  estimate(runtime: Runtime, bound: SlotSet, candidates: readonly CompiledPredicate[]): number;
  /** Sets the slots as an outer join does for a row without a match. */
  setNull(runtime: Runtime): void;
  /** Columns by which `order` may be met, as the nodes below see them. */
  ownsOrder(order: readonly OrderColumn[]): boolean;
}
