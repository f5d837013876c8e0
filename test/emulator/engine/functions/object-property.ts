import type { DatabaseObject } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import { Unsupported } from "../../values/sql-error.ts";

const CODES: Record<DatabaseObject["kind"], string> = {
  table: "U",
  "primary-key": "PK",
  unique: "UQ",
  default: "D",
  check: "C",
  "foreign-key": "F",
  view: "V",
  procedure: "P",
  "scalar-function": "FN",
  "inline-function": "IF",
  "table-function": "TF",
  trigger: "TR",
  sequence: "SO",
  synonym: "SN",
  "table-type": "TT",
  "security-policy": "SP",
};

/** sys.objects.type, without blanks. */
export function objectTypeCode(object: DatabaseObject): string {
  return CODES[object.kind];
}

/** OBJECTPROPERTY. @returns null where the property says nothing about such an object */
export function objectPropertyOf(object: DatabaseObject, database: Database, property: string): number | null {
  const { kind } = object;
  const bit = (value: boolean): number => (value ? 1 : 0);
  const children = (): DatabaseObject[] => database.children(object.objectId);
  switch (property.toLowerCase()) {
    case "istable":
      return bit(kind === "table");
    case "isusertable":
      return bit(kind === "table");
    case "isview":
      return bit(kind === "view");
    case "isprocedure":
      return bit(kind === "procedure");
    case "isscalarfunction":
      return bit(kind === "scalar-function");
    case "isinlinefunction":
      return bit(kind === "inline-function");
    case "istablefunction":
      return bit(kind === "inline-function" || kind === "table-function");
    case "istrigger":
      return bit(kind === "trigger");
    case "isprimarykey":
      return bit(kind === "primary-key");
    case "isforeignkey":
      return bit(kind === "foreign-key");
    case "ischeckcnst":
      return bit(kind === "check");
    case "isdefaultcnst":
      return bit(kind === "default");
    case "isuniquecnst":
      return bit(kind === "unique");
    case "isconstraint":
      return bit(["primary-key", "unique", "foreign-key", "check", "default"].includes(kind));
    case "ismsshipped":
    case "issystemtable":
      return 0;
    case "isschemabound":
      return "module" in object ? bit(object.module.schemaBound) : null;
    case "isencrypted":
      return "module" in object ? bit(object.module.definition === undefined) : null;
    case "execisansinullson":
      return "module" in object ? bit(object.module.usesAnsiNulls) : null;
    case "execisquotedidenton":
      return "module" in object ? bit(object.module.usesQuotedIdentifier) : null;
    case "isindexed":
      return "indexes" in object ? bit(object.indexes.length > 0) : null;
    case "tablehasprimarykey":
      return kind === "table" ? bit(object.indexes.some((index) => index.primaryKey)) : null;
    case "tablehasclustindex":
      return kind === "table" ? bit(object.indexes.some((index) => index.clustered)) : null;
    case "tablehasindex":
      return kind === "table" ? bit(object.indexes.length > 0) : null;
    case "tablehasidentity":
      return kind === "table" ? bit(object.columns.some((column) => column.identity)) : null;
    case "tablehastimestamp":
      return kind === "table" ? bit(object.columns.some((column) => column.type.name === "rowversion")) : null;
    case "tablehasforeignkey":
      return kind === "table" ? bit(children().some((child) => child.kind === "foreign-key")) : null;
    case "tablehasforeignref":
      return kind === "table"
        ? bit(
            [...database.objects.values()].some(
              (other) => other.kind === "foreign-key" && other.referencedObjectId === object.objectId,
            ),
          )
        : null;
    case "tablehascheckcnst":
      return kind === "table" ? bit(children().some((child) => child.kind === "check")) : null;
    case "tablehasuniquecnst":
      return kind === "table" ? bit(children().some((child) => child.kind === "unique")) : null;
    case "ownerid":
      return object.principalId ?? 1;
    case "schemaid":
      return object.schemaId;
    case "cnstisdisabled":
      return kind === "check" || kind === "foreign-key" ? bit(object.disabled) : null;
    case "cnstisnottrusted":
      return kind === "check" || kind === "foreign-key" ? bit(object.notTrusted) : null;
    default:
      throw new Unsupported(`OBJECTPROPERTY '${property}'`);
  }
}
