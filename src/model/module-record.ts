import { createHash } from "node:crypto";
import type { Module, ModuleName } from "./module.ts";
import type { NeededObject } from "./needed-object.ts";

/** What the ledger on the replica knows of a module, or of an object that modules need. */
export interface ModuleRecord {
  readonly kind: "module" | NeededObject["kind"];
  readonly name: ModuleName;
  /** By this app, where nothing of that name stood: it may be dropped when the primary has it no more. */
  readonly created: boolean;
  /** Stays when the primary's object is renamed. */
  readonly primaryObjectId: number;
  /** `moduleSource` of the primary's module that the replica's was made from. */
  readonly source: string;
  /** Hash of the replica's own definition since: it differs where the header was rewritten. */
  readonly replicaHash: string;
}

/** All of a module that the replica's must equal: its text by hash, and the settings it was created with. */
export function moduleSource(hash: string, module: Pick<Module, "ansiNulls" | "quotedIdentifier">): string {
  return `${hash} ${module.ansiNulls ? 1 : 0}${module.quotedIdentifier ? 1 : 0}`;
}

/** As HASHBYTES('SHA2_256', definition) gives it, converted with style 2. */
export function definitionHash(text: string): string {
  return createHash("sha256").update(Buffer.from(text, "utf16le")).digest("hex").toUpperCase();
}
