import type { ExtendedProperty } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlValue } from "../../values/sql-type.ts";
import { atomic, type Execution } from "../session/execution.ts";
import type { Session } from "../session/session.ts";
import type { Step } from "../session/step.ts";
import { textArgument } from "./dynamic-sql.ts";
import type { CallArgument } from "./procedure-call.ts";
import { namedArguments } from "./system-procedures.ts";

/** sp_addextendedproperty and its like. */

const NAMES = [
  "@name",
  "@value",
  "@level0type",
  "@level0name",
  "@level1type",
  "@level1name",
  "@level2type",
  "@level2name",
];
const WITHOUT_VALUE = NAMES.filter((name) => name !== "@value");

interface Place {
  readonly class: number;
  readonly majorId: number;
  readonly minorId: number;
}

const OBJECT_KINDS: Readonly<Record<string, readonly string[]>> = {
  TABLE: ["table"],
  VIEW: ["view"],
  PROCEDURE: ["procedure"],
  FUNCTION: ["scalar-function", "inline-function", "table-function"],
  SEQUENCE: ["sequence"],
  SYNONYM: ["synonym"],
};

/** @throws SqlError 15135: not there */
function placeOf(named: ReadonlyMap<string, CallArgument>, database: Database): Place {
  const text = (name: string): string | undefined => textArgument(named.get(name));
  const [type0, name0, type1, name1, type2, name2] = NAMES.slice(2).map(text);
  if (type0 === undefined) return { class: 0, majorId: 0, minorId: 0 };
  if (type0.toUpperCase() !== "SCHEMA") throw new Unsupported(`extended property of ${type0}`);
  const shown = [name0, name1, name2].filter((part) => part !== undefined).join(".");
  const schema = database.findSchema(name0 ?? "");
  if (!schema) throw sqlError(15135, shown);
  if (type1 === undefined) return { class: 3, majorId: schema.schemaId, minorId: 0 };
  const kinds = OBJECT_KINDS[type1.toUpperCase()];
  if (!kinds) throw new Unsupported(`extended property of ${type1}`);
  const object = database.findObject(schema.schemaId, name1 ?? "");
  if (!object || !kinds.includes(object.kind)) throw sqlError(15135, shown);
  if (type2 === undefined) return { class: 1, majorId: object.objectId, minorId: 0 };
  const key = database.nameKey(name2 ?? "");
  switch (type2.toUpperCase()) {
    case "COLUMN": {
      const column =
        "columns" in object && object.kind !== "foreign-key"
          ? object.columns.find((each) => database.nameKey(each.name) === key)
          : undefined;
      if (!column) throw sqlError(15135, shown);
      return { class: 1, majorId: object.objectId, minorId: column.columnId };
    }
    case "CONSTRAINT":
    case "TRIGGER": {
      const child = database.children(object.objectId).find((each) => database.nameKey(each.name) === key);
      if (!child) throw sqlError(15135, shown);
      return { class: 1, majorId: child.objectId, minorId: 0 };
    }
    case "INDEX": {
      const index =
        "indexes" in object ? object.indexes.find((each) => database.nameKey(each.name) === key) : undefined;
      if (!index) throw sqlError(15135, shown);
      return { class: 7, majorId: object.objectId, minorId: index.indexId };
    }
    case "PARAMETER": {
      const parameter =
        "parameters" in object ? object.parameters.find((each) => database.nameKey(each.name) === key) : undefined;
      if (!parameter) throw sqlError(15135, shown);
      return { class: 2, majorId: object.objectId, minorId: parameter.parameterId };
    }
    default:
      throw new Unsupported(`extended property of ${type2}`);
  }
}

/** "sp_addextendedproperty": ALTER on what bears it. @throws SqlError 15135 */
function requireAlter(place: Place, session: Session, database: Database): void {
  const { rights } = session;
  const object =
    place.class === 1 || place.class === 2 || place.class === 7 ? database.objects.get(place.majorId) : undefined;
  const allowed = object
    ? rights.onObject("ALTER", object, database)
    : place.class === 3
      ? rights.onSchema("ALTER", place.majorId, database)
      : rights.onDatabase("ALTER", database);
  if (!allowed) throw sqlError(15135, object?.name ?? database.schemaName(place.majorId));
}

function keyOf(place: Place, name: string, database: Database): string {
  return `${place.class}:${place.majorId}:${place.minorId}:${database.nameKey(name)}`;
}

function valueOf(argument: CallArgument | undefined): SqlValue {
  if (!argument || argument.value === null) return null;
  return argument.type.name === "sql_variant" ? argument.value : { type: argument.type, value: argument.value };
}

type Change = (
  known: ExtendedProperty | undefined,
  property: ExtendedProperty,
  key: string,
  database: Database,
) => void;

function* change(
  procedure: string,
  names: readonly string[],
  args: readonly CallArgument[],
  execution: Execution,
  apply: (execution: Execution) => Change,
): Step<number> {
  yield* atomic(execution, () => {
    const database = execution.session.currentDatabase;
    execution.session.transactions.requireWritable();
    const named = namedArguments(procedure, names, args);
    const name = textArgument(named.get("@name"));
    if (name === undefined) throw sqlError(15600, procedure);
    const place = placeOf(named, database);
    requireAlter(place, execution.session, database);
    const key = keyOf(place, name, database);
    const known = database.extendedProperties.get(key, execution.session.transactions.current);
    apply(execution)(known, { ...place, name, value: valueOf(named.get("@value")) }, key, database);
  });
  return 0;
}

export function* addProperty(args: readonly CallArgument[], execution: Execution): Step<number> {
  return yield* change(
    "sp_addextendedproperty",
    NAMES,
    args,
    execution,
    ({ session }) =>
      (known, property, key, database) => {
        if (known) throw sqlError(15233, property.name, "object specified");
        database.extendedProperties.set(session.transactions.current, key, property);
      },
  );
}

export function* updateProperty(args: readonly CallArgument[], execution: Execution): Step<number> {
  return yield* change(
    "sp_updateextendedproperty",
    NAMES,
    args,
    execution,
    ({ session }) =>
      (known, property, key, database) => {
        if (!known) throw sqlError(15217, property.name, "object specified");
        database.extendedProperties.set(session.transactions.current, key, property);
      },
  );
}

export function* dropProperty(args: readonly CallArgument[], execution: Execution): Step<number> {
  return yield* change(
    "sp_dropextendedproperty",
    WITHOUT_VALUE,
    args,
    execution,
    ({ session }) =>
      (known, property, key, database) => {
        if (!known) throw sqlError(15217, property.name, "object specified");
        database.extendedProperties.delete(session.transactions.current, key);
      },
  );
}
