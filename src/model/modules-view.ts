import type { Module } from "./module.ts";
import type { NeededObject } from "./needed-object.ts";

/** The modules of one side at one moment. */
export interface ModulesView {
  /** VIEW DEFINITION on the database: without it what is not shown may still exist. */
  readonly seesAll: boolean;
  /** SELECT on sys.sql_expression_dependencies. */
  readonly seesDependencies: boolean;
  /** Where a one-part name of this login leads. */
  readonly defaultSchema: string;
  /** Whether the database tells `V` from `v`. */
  readonly caseSensitive: boolean;
  readonly modules: readonly Module[];
  readonly needed: readonly NeededObject[];
}

/** What refers to what, by object_id (types by user_type_id). */
export interface Dependency {
  readonly from: number;
  readonly to: number;
  readonly ofType: boolean;
  /** Schema-bound: `to` can neither be altered nor dropped while `from` stands. Types are always bound. */
  readonly bound: boolean;
}
