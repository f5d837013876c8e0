import type { TableName } from "./table-name.ts";

/** A module's two-part name, exactly as the catalog spells it; `tableKey` makes its text. */
export type ModuleName = TableName;

/** sys.objects.type of what is followed: view, procedure, scalar, inline and multi-statement table-valued function. */
export const moduleTypes = ["V", "P", "FN", "IF", "TF"] as const;

export type ModuleType = (typeof moduleTypes)[number];

/** The word of CREATE, ALTER and DROP. */
export function moduleWord(type: ModuleType): "VIEW" | "PROCEDURE" | "FUNCTION" {
  return type === "V" ? "VIEW" : type === "P" ? "PROCEDURE" : "FUNCTION";
}

/** A module as one side's catalog shows it. */
export interface Module {
  readonly name: ModuleName;
  readonly objectId: number;
  /** CLR routines (PC, FS, FT, AF) have types of their own. */
  readonly type: ModuleType | "CLR";
  /** SHA-256 of the stored definition (UTF-16LE) in hexadecimal; undefined: encrypted, CLR, or hidden from this login. */
  readonly hash: string | undefined;
  readonly encrypted: boolean;
  /** More than one procedure under this name: `CREATE PROCEDURE p;2`. */
  readonly numbered: boolean;
  readonly ansiNulls: boolean;
  readonly quotedIdentifier: boolean;
  readonly schemaBound: boolean;
  /** Of an indexed view: the clustered one first, then by name. */
  readonly indexes: readonly ViewIndex[];
}

/** An index of a view. */
export interface ViewIndex {
  readonly name: string;
  readonly clustered: boolean;
  readonly unique: boolean;
  /** In key order. */
  readonly keys: readonly { readonly column: string; readonly descending: boolean }[];
  readonly included: readonly string[];
  /** Percent; 0: the server's default. */
  readonly fillFactor: number;
  /** Those of the primary are left out. */
  readonly disabled: boolean;
}
