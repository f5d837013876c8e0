import type { ModuleRecord } from "../model/module-record.ts";
import type { Module, ModuleName, ModuleType, ViewIndex } from "../model/module.ts";
import type { NeededObject } from "../model/needed-object.ts";

/** A module's text, with the settings that belong to it. */
export interface Definition {
  readonly text: string;
  readonly ansiNulls: boolean;
  readonly quotedIdentifier: boolean;
}

/** One statement's worth of a change. All steps of a change are one transaction. */
export type ModuleStep =
  /** Permissions, extended properties and owner are kept aside where `keepAs` says under which name to find them. */
  | { readonly kind: "drop"; readonly module: Module; readonly keepAs: string | undefined }
  | { readonly kind: "forget"; readonly recordKind: ModuleRecord["kind"]; readonly name: ModuleName }
  | { readonly kind: "drop-needed"; readonly object: NeededObject }
  | { readonly kind: "make-needed"; readonly object: NeededObject }
  | {
      readonly kind: "make";
      readonly name: ModuleName;
      readonly type: ModuleType;
      /** With the words CREATE or ALTER that this replica needs. */
      readonly definition: Definition;
      /** Where a dropped predecessor left its permissions and properties. */
      readonly restoreFrom: string | undefined;
    }
  | { readonly kind: "drop-index"; readonly view: ModuleName; readonly index: string }
  | { readonly kind: "create-index"; readonly view: ModuleName; readonly index: ViewIndex }
  | { readonly kind: "record"; readonly record: Omit<ModuleRecord, "replicaHash"> };
