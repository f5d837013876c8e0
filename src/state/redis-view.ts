import type { TableFlags } from "../model/table-flags.ts";

/** That Redis was filled again from the ledger, which happens when either of them was lost. */
export interface Rebuilt {
  /** ISO 8601. */
  readonly at: string;
  readonly why: "redis-lost" | "replica-replaced";
}

/** What Redis says of all tables at one moment: read flags first, epoch last, so that a loss in between is seen. */
export interface RedisView {
  /** The id of the ledger that this Redis was filled from; undefined: Redis was lost, or is new. */
  readonly epoch: string | undefined;
  /** The last time that Redis was filled again from the ledger; undefined: never, as far as it knows. */
  readonly rebuilt: Rebuilt | undefined;
  readonly configUrls: { readonly primary: string | undefined; readonly replica: string | undefined };
  /** By `tableKey`; a table without any key has flags that are all undefined. */
  readonly flags: ReadonlyMap<string, TableFlags>;
  /** Keys whose value means nothing, or that hold another type; read as if they were missing. */
  readonly garbage: readonly string[];
}
