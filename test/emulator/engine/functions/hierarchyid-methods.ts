import { BIT, HIERARCHYID, INT, nvarchar, SMALLINT } from "../../values/coerce-type.ts";
import { hierarchyidError } from "../../values/clr-error.ts";
import {
  hierarchyidBytes,
  hierarchyPath,
  hierarchyText,
  parseHierarchyid,
  type HierarchyPath,
} from "../../values/hierarchyid.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlValue } from "../../values/sql-type.ts";
import type { ClrMethod, ClrStaticMethod } from "./clr-method.ts";

/** "hierarchyid data type method reference". ToString is with the spatial types' in clr-methods.ts. */

const TYPES = ["hierarchyid"] as const;

type Label = readonly bigint[];

const sameLabel = (a: Label, b: Label): boolean => a.length === b.length && a.every((each, at) => each === b[at]);

function isDescendant(path: HierarchyPath, ancestor: HierarchyPath): boolean {
  return path.length >= ancestor.length && ancestor.every((label, at) => sameLabel(label, path[at]!));
}

function bytesOf(path: HierarchyPath): Buffer {
  const bytes = hierarchyidBytes(path);
  if (bytes === undefined)
    throw hierarchyidError("24006: SqlHierarchyId.WriteOrd failed because a label is out of range.");
  return bytes;
}

/** The label of a child; NULL: none given. @throws SqlError 6522 for a node that is no child */
function childLabel(parent: HierarchyPath, child: SqlValue, name: "child1" | "child2"): Label | undefined {
  if (child === null) return undefined;
  const path = hierarchyPath(child as Buffer);
  if (path.length === parent.length + 1 && isDescendant(path, parent)) return path.at(-1)!;
  throw hierarchyidError(
    `SqlHierarchyId.GetDescendant failed because '${name}' must be a child of 'this'. '${name}' was '${hierarchyText(path)}' ` +
      `and 'this' was '${hierarchyText(parent)}'.`,
  );
}

/**
 * A label between two others. @throws SqlError 6522 in the wrong order. What the documentation and its examples fix: 1 without neighbours, one more or one less
 * beside a single one, the next number where there is room, else the first one with .1 behind it.
 */
function labelBetween(after: Label | undefined, before: Label | undefined): Label {
  if (after === undefined && before === undefined) return [1n];
  if (before === undefined && after?.length === 1) return [after[0]! + 1n];
  if (after === undefined && before?.length === 1) return [before[0]! - 1n];
  if (after === undefined || before === undefined || after.length !== before.length) {
    throw new Unsupported("GetDescendant beside a label of several numbers");
  }
  const last = after.length - 1;
  const gap = before[last]! - after[last]!;
  if (!sameLabel(after.slice(0, last), before.slice(0, last))) {
    throw new Unsupported("GetDescendant between these labels");
  }
  if (gap < 1n) {
    throw hierarchyidError("SqlHierarchyId.GetDescendant failed because 'child1' must be less than 'child2'.");
  }
  return gap > 1n ? [...after.slice(0, last), after[last]! + 1n] : [...after, 1n];
}

export const hierarchyidMethods: readonly ClrMethod[] = [
  {
    name: "GetLevel",
    types: TYPES,
    parameters: [],
    result: SMALLINT,
    evaluate: (instance) => hierarchyPath(instance).length,
  },
  {
    name: "GetAncestor",
    types: TYPES,
    parameters: [INT],
    result: "own",
    evaluate: (instance, [n]) => {
      const path = hierarchyPath(instance);
      const levels = n as number;
      if (levels < 0) {
        throw hierarchyidError(`SqlHierarchyId.GetAncestor failed because 'n' was negative. 'n' was '${levels}'.`);
      }
      return levels > path.length ? null : bytesOf(path.slice(0, path.length - levels));
    },
  },
  {
    name: "GetDescendant",
    types: TYPES,
    parameters: [HIERARCHYID, HIERARCHYID],
    takesNull: true,
    result: "own",
    evaluate: (instance, [first, second]) => {
      const parent = hierarchyPath(instance);
      return bytesOf([
        ...parent,
        labelBetween(childLabel(parent, first!, "child1"), childLabel(parent, second!, "child2")),
      ]);
    },
  },
  {
    name: "IsDescendantOf",
    types: TYPES,
    parameters: [HIERARCHYID],
    result: BIT,
    evaluate: (instance, [ancestor]) =>
      isDescendant(hierarchyPath(instance), hierarchyPath(ancestor as Buffer)) ? 1 : 0,
  },
  {
    name: "GetReparentedValue",
    types: TYPES,
    parameters: [HIERARCHYID, HIERARCHYID],
    result: "own",
    evaluate: (instance, [oldRoot, newRoot]) => {
      const [path, old] = [hierarchyPath(instance), hierarchyPath(oldRoot as Buffer)];
      if (!isDescendant(path, old)) throw new Unsupported("GetReparentedValue from a node that is no ancestor");
      return bytesOf([...hierarchyPath(newRoot as Buffer), ...path.slice(old.length)]);
    },
  },
];

export const hierarchyidStaticMethods: readonly ClrStaticMethod[] = [
  { name: "GetRoot", types: TYPES, parameters: [], result: "own", evaluate: () => Buffer.alloc(0) },
  {
    name: "Parse",
    types: TYPES,
    parameters: [nvarchar(4000)],
    result: "own",
    evaluate: ([text]) => parseHierarchyid(text as string),
  },
];
