import type { ForeignKeyObject, TableObject } from "../../storage/database-model.ts";
import { readCommitted } from "../../storage/read-view.ts";
import type { RowEntry } from "../../storage/row-entry.ts";
import { hashKeyOf } from "../expressions/compare.ts";
import { coercion } from "../../values/coerce.ts";
import type { SqlRow, SqlValue } from "../../values/sql-type.ts";
import { conflict547, FULL_CHECKS, TableWriter } from "./table-writer.ts";

/** FOREIGN KEY constraints, checked when the statement has written its rows. */

function tableOf(writer: TableWriter, objectId: number): TableObject {
  const object = writer.database.objects.get(objectId);
  if (object?.kind !== "table") throw new Error(`foreign key over ${objectId}, which is no table`);
  return object;
}

function ordinals(table: TableObject, columnIds: readonly number[]): number[] {
  return columnIds.map((id) => table.columns.findIndex((column) => column.columnId === id));
}

/** A lookup of rows by the values of some columns: by an index when one begins with them, else by a table built once. */
function finder(
  writer: TableWriter,
  table: TableObject,
  columns: readonly number[],
): (key: readonly SqlValue[]) => { entry: RowEntry; row: SqlRow } | undefined {
  const view = readCommitted(writer.session.transactions.current!);
  const { store } = table;
  const spec = store.indexes.find(
    (index) =>
      index.holds === undefined &&
      columns.length <= index.keys.length &&
      index.keys.slice(0, columns.length).every((key) => columns.includes(key.ordinal)),
  );
  if (spec) {
    const order = spec.keys.slice(0, columns.length).map((key) => columns.indexOf(key.ordinal));
    return (key) => {
      const bound = { values: order.map((at) => key[at]!), inclusive: true };
      const cursor = store.scan(view, { indexId: spec.indexId, from: bound, to: bound });
      const row = cursor.next();
      return row && { entry: cursor.entry, row };
    };
  }
  let built: Map<string, { entry: RowEntry; row: SqlRow }> | undefined;
  const hashes = columns.map((ordinal) => hashKeyOf(table.columns[ordinal]!.type));
  const keyOf = (values: readonly SqlValue[]): string =>
    values.map((value, at) => `${String(hashes[at]!(value))}`).join("\u0000");
  return (key) => {
    if (!built) {
      built = new Map();
      const cursor = store.scan(view);
      for (let row = cursor.next(); row !== undefined; row = cursor.next()) {
        const own = columns.map((ordinal) => row[ordinal]!);
        if (!own.some((value) => value === null)) built.set(keyOf(own), { entry: cursor.entry, row });
      }
    }
    return built.get(keyOf(key));
  };
}

/** @param written ordinals that an UPDATE wrote; a foreign key over none of them cannot have broken */
export function checkReferencing(
  writer: TableWriter,
  rows: readonly SqlRow[],
  verb: string,
  written: ReadonlySet<number> | undefined,
  only?: readonly number[],
): void {
  if (rows.length === 0) return;
  const { table, database } = writer;
  for (const child of database.children(table.objectId)) {
    if (child.kind !== "foreign-key" || child.disabled || (only && !only.includes(child.objectId))) continue;
    const own = ordinals(
      table,
      child.columns.map((column) => column.columnId),
    );
    if (written && !own.some((ordinal) => written.has(ordinal))) continue;
    const parent = tableOf(writer, child.referencedObjectId);
    const referenced = ordinals(
      parent,
      child.columns.map((column) => column.referencedColumnId),
    );
    const find = finder(writer, parent, referenced);
    const converters = own.map((ordinal, at) =>
      coercion(table.columns[ordinal]!.type, parent.columns[referenced[at]!]!.type, { explicit: true }),
    );
    for (const row of rows) {
      const key = own.map((ordinal, at) => converters[at]?.(row[ordinal]!) ?? row[ordinal]!);
      if (key.some((value) => value === null) || find(key)) continue;
      const column = child.columns.length === 1 ? parent.columns[referenced[0]!]!.name : undefined;
      const kind = parent.objectId === table.objectId ? "FOREIGN KEY SAME TABLE" : "FOREIGN KEY";
      throw conflict547(
        verb,
        kind,
        child.name,
        database.name,
        `${database.schemaName(parent.schemaId)}.${parent.name}`,
        column,
      );
    }
  }
}

/** Foreign keys of other tables that lean on this one. */
function referencingKeys(writer: TableWriter): ForeignKeyObject[] {
  const out: ForeignKeyObject[] = [];
  for (const object of writer.database.objects.values()) {
    if (object.kind === "foreign-key" && object.referencedObjectId === writer.table.objectId && !object.disabled)
      out.push(object);
  }
  return out;
}

/**
 * @param changedTo for UPDATE: the new rows, in the order of `removed`; undefined for DELETE
 */
export function checkReferenced(
  writer: TableWriter,
  removed: readonly SqlRow[],
  changedTo: readonly SqlRow[] | undefined,
  depth: number,
): void {
  if (removed.length === 0) return;
  for (const key of referencingKeys(writer)) {
    const { table } = writer;
    const own = ordinals(
      table,
      key.columns.map((column) => column.referencedColumnId),
    );
    const hashes = own.map((ordinal) => hashKeyOf(table.columns[ordinal]!.type));
    const same = (a: SqlRow, b: SqlRow): boolean =>
      own.every(
        (ordinal, at) =>
          a[ordinal] === b[ordinal] ||
          (a[ordinal] !== null && b[ordinal] !== null && hashes[at]!(a[ordinal]!) === hashes[at]!(b[ordinal]!)),
      );
    const gone = removed.flatMap((row, at) =>
      changedTo && same(row, changedTo[at]!) ? [] : [{ row, to: changedTo?.[at] }],
    );
    if (gone.length === 0) continue;
    const child = tableOf(writer, key.columns.length > 0 ? key.parentObjectId : 0);
    const stillThere = finder(writer, table, own);
    const find = allFinder(
      writer,
      child,
      ordinals(
        child,
        key.columns.map((column) => column.columnId),
      ),
    );
    const action = changedTo ? key.onUpdate : key.onDelete;
    const hits: { entry: RowEntry; row: SqlRow; to: SqlRow | undefined }[] = [];
    for (const { row, to } of gone) {
      const values = own.map((ordinal) => row[ordinal]!);
      if (values.some((value) => value === null) || stillThere(values)) continue;
      for (const hit of find(values)) hits.push({ ...hit, to });
    }
    if (hits.length === 0) continue;
    if (action === "NO_ACTION") {
      const { database } = writer;
      const kind = child.objectId === table.objectId ? "SAME TABLE REFERENCE" : "REFERENCE";
      const column =
        key.columns.length === 1
          ? child.columns.find((each) => each.columnId === key.columns[0]!.columnId)!.name
          : undefined;
      throw conflict547(
        changedTo ? "UPDATE" : "DELETE",
        kind,
        key.name,
        database.name,
        `${database.schemaName(child.schemaId)}.${child.name}`,
        column,
      );
    }
    applyAction(writer, key, child, own, hits, changedTo !== undefined, depth);
  }
}

function allFinder(
  writer: TableWriter,
  table: TableObject,
  columns: readonly number[],
): (key: readonly SqlValue[]) => { entry: RowEntry; row: SqlRow }[] {
  const view = readCommitted(writer.session.transactions.current!);
  const { store } = table;
  const spec = store.indexes.find(
    (index) =>
      index.holds === undefined &&
      columns.length <= index.keys.length &&
      index.keys.slice(0, columns.length).every((each) => columns.includes(each.ordinal)),
  );
  if (spec) {
    const order = spec.keys.slice(0, columns.length).map((each) => columns.indexOf(each.ordinal));
    return (key) => {
      const bound = { values: order.map((at) => key[at]!), inclusive: true };
      const cursor = store.scan(view, { indexId: spec.indexId, from: bound, to: bound });
      const out: { entry: RowEntry; row: SqlRow }[] = [];
      for (let row = cursor.next(); row !== undefined; row = cursor.next()) out.push({ entry: cursor.entry, row });
      return out;
    };
  }
  const hashes = columns.map((ordinal) => hashKeyOf(table.columns[ordinal]!.type));
  const keyOf = (values: readonly SqlValue[]): string =>
    values.map((value, at) => String(hashes[at]!(value))).join("\u0000");
  let built: Map<string, { entry: RowEntry; row: SqlRow }[]> | undefined;
  return (key) => {
    if (!built) {
      built = new Map();
      const cursor = store.scan(view);
      for (let row = cursor.next(); row !== undefined; row = cursor.next()) {
        const own = columns.map((ordinal) => row[ordinal]!);
        if (own.some((value) => value === null)) continue;
        const at = keyOf(own);
        const list = built.get(at);
        if (list) list.push({ entry: cursor.entry, row });
        else built.set(at, [{ entry: cursor.entry, row }]);
      }
    }
    return built.get(keyOf(key)) ?? [];
  };
}

function applyAction(
  writer: TableWriter,
  key: ForeignKeyObject,
  child: TableObject,
  referenced: readonly number[],
  hits: readonly { entry: RowEntry; row: SqlRow; to: SqlRow | undefined }[],
  isUpdate: boolean,
  depth: number,
): void {
  if (depth > 32) throw new Error(`foreign key ${key.name}: more than 32 levels of actions`);
  const inner = new TableWriter(child, writer.database, writer.session, FULL_CHECKS, writer);
  const action = isUpdate ? key.onUpdate : key.onDelete;
  if (action === "CASCADE" && !isUpdate) {
    for (const { entry, row } of hits) inner.delete(entry, row);
    inner.checkReferenced(
      hits.map(({ row }) => row),
      undefined,
      depth + 1,
    );
    return;
  }
  const columns = ordinals(
    child,
    key.columns.map((column) => column.columnId),
  );
  const changes = hits.map(({ entry, row, to }) => {
    const changed = [...row];
    columns.forEach((ordinal, at) => {
      if (action === "CASCADE") changed[ordinal] = to![referenced[at]!]!;
      else changed[ordinal] = action === "SET_DEFAULT" ? inner.defaultValue(ordinal) : null;
    });
    inner.complete(changed, "UPDATE");
    return { entry, row: changed };
  });
  const before = hits.map(({ row }) => row);
  inner.update(
    changes,
    before,
    key.columns.map((column) => column.columnId),
  );
  const after = changes.map((change) => change.row);
  inner.checkReferencing(after, "UPDATE", new Set(columns));
  inner.checkReferenced(before, after, depth + 1);
}
