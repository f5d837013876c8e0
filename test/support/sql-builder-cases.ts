import type { LedgerRow } from "../../src/model/ledger-row.ts";
import type { Module } from "../../src/model/module.ts";
import type { ModuleRecord } from "../../src/model/module-record.ts";
import type { NeededObject } from "../../src/model/needed-object.ts";
import type { ReplicaTable } from "../../src/model/replica-table.ts";
import type { TableName } from "../../src/model/table-name.ts";
import { shapeText, type TableShape } from "../../src/model/table-shape.ts";
import * as apply from "../../src/sql/apply-statements.ts";
import { differentBytes } from "../../src/sql/byte-comparison.ts";
import { carriersOf, restoredValue } from "../../src/sql/carried-column.ts";
import * as carrier from "../../src/sql/carrier-table.ts";
import { changesQuery } from "../../src/sql/changes-query.ts";
import * as chunk from "../../src/sql/chunk-query.ts";
import * as columnType from "../../src/sql/column-type.ts";
import { createAliasType } from "../../src/sql/create-alias-type.ts";
import { createNeededObject } from "../../src/sql/create-needed-object.ts";
import { createSchemaText } from "../../src/sql/create-schema.ts";
import * as createTable from "../../src/sql/create-table.ts";
import { rewriteHeader } from "../../src/sql/definition-header.ts";
import { probeQuery as inspectProbe } from "../../src/sql/inspect-query.ts";
import * as keyRange from "../../src/sql/key-range.ts";
import * as keyText from "../../src/sql/key-text.ts";
import * as ledger from "../../src/sql/ledger-statements.ts";
import * as change from "../../src/sql/module-change-statements.ts";
import * as moduleLedger from "../../src/sql/module-ledger-statements.ts";
import { preflightQuery } from "../../src/sql/preflight-query.ts";
import * as probe from "../../src/sql/probe-query.ts";
import * as quote from "../../src/sql/quote.ts";
import { replicaQuery } from "../../src/sql/replica-query.ts";
import { selectList } from "../../src/sql/select-list.ts";
import { shapeQuery } from "../../src/sql/shape-query.ts";
import { siteQuery } from "../../src/sql/site-query.ts";
import * as stage from "../../src/sql/stage-table.ts";
import { trackedKeyQuery } from "../../src/sql/tracked-key-query.ts";
import * as verify from "../../src/sql/verify-query.ts";
import { column, tableShape } from "./table-shapes.ts";

/** A name that the case asks for, by its number: a placeholder, or a hostile name. */
export type NameOf = (number: number) => string;

/** What a builder makes with these names: statements, texts, lists of them, or objects that hold them. */
export type BuilderCase = (name: NameOf) => unknown;

function shapeOf(name: NameOf): TableShape {
  const latin = "Latin1_General_100_CI_AS";
  const key = column(1, name(3), "varchar", { nullable: false, collation: latin });
  return tableShape(
    [
      key,
      column(2, name(4), "nvarchar", { default: { name: name(5), systemNamed: false, definition: "(N'x')" } }),
      column(3, name(6), "int", { identity: { seed: "1", increment: "1" }, nullable: false }),
      column(4, name(7), "sql_variant"),
      column(5, name(8), "xml"),
      column(6, name(9), "datetime2", { aliasType: { schema: name(10), name: name(11), nullable: true } }),
      column(7, name(12), "decimal", { computed: { definition: "([x]*(2))", persisted: true } }),
      column(8, name(13), "float", { sparse: true }),
    ],
    [{ name: key.name }, { name: name(6), descending: true }],
    {
      table: tableOf(name),
      primaryKey: {
        name: name(14),
        systemNamed: false,
        clustered: true,
        columns: [{ columnId: 1, name: name(3), descending: false }],
      },
      uniques: [
        {
          name: name(15),
          systemNamed: false,
          clustered: false,
          columns: [{ columnId: 2, name: name(4), descending: true }],
        },
      ],
      sequences: [sequenceOf(name)],
      functions: [
        {
          name: { schema: name(18), name: name(19) },
          objectId: 9,
          definition: "CREATE FUNCTION dbo.old(@x int) RETURNS int AS BEGIN RETURN @x END",
          ansiNulls: true,
          quotedIdentifier: true,
        },
      ],
    },
  );
}

const tableOf = (name: NameOf): TableName => ({ schema: name(1), name: name(2) });
const bigint = { name: "bigint", maxLength: 8, precision: 19, scale: 0 };
const made = { clustered: false, unique: false, ignoresDuplicates: false, filter: undefined } as const;

function sequenceOf(name: NameOf): NeededObject {
  return createNeededObject({
    kind: "sequence",
    name: { schema: name(16), name: name(17) },
    id: 5,
    type: bigint,
    current: "1",
    increment: "2",
    minimum: "0",
    maximum: "9",
    cycles: false,
    cached: true,
    cacheSize: 7,
  });
}

function tableTypeOf(name: NameOf): NeededObject {
  const keys = [{ column: name(3), descending: false }];
  return createNeededObject({
    kind: "table type",
    name: tableOf(name),
    id: 5,
    memoryOptimized: false,
    columns: shapeOf(name).columns.filter(({ computed }) => computed === undefined),
    indexes: [
      { ...made, name: name(20), role: "primary key", unique: true, keys, included: [] },
      { ...made, name: name(21), role: "index", keys, included: [name(4)] },
    ],
    checks: ["([x]>(0))"],
    hidden: false,
  });
}

function replicaOf(name: NameOf): ReplicaTable {
  return {
    objectId: 5,
    writable: new Set(shapeOf(name).columns.map((each) => each.name)),
    identityColumn: name(6),
    uniqueIndexes: [{ columns: [name(4)] }, { columns: [name(3), name(4)], filter: "([x]>(0))" }],
    canTruncate: true,
  };
}

function ledgerRowOf(name: NameOf): LedgerRow {
  return {
    table: tableOf(name),
    fence: 5n,
    state: "loading",
    objectId: 1,
    beginVersion: 1n,
    replicaObjectId: 2,
    shape: shapeText(shapeOf(name)),
    transport: "relay",
    transportReason: name(20),
    watermark: 7n,
    halfApplied: { to: 9n, position: [name(21), "1"] },
    loadId: 1n,
    load: { cursor: [name(22), "1"], reason: name(23), synced: 1n, total: 2n, startedAt: "2026-01-01T00:00:00.000Z" },
    enabled: true,
    watermarkTime: "2026-01-01T00:00:00.000Z",
  };
}

const moduleOf = (name: NameOf): Module => ({ name: tableOf(name), type: "V" }) as Module;
const permissionOf = (name: NameOf, state: string): change.ModulePermission => ({
  state,
  permission: "SELECT",
  column: name(3),
  grantee: name(4),
  grantor: name(5),
});
const recordOf = (name: NameOf): ModuleRecord => ({
  kind: "module",
  name: tableOf(name),
  created: true,
  primaryObjectId: 5,
  source: "AA 11",
  replicaHash: "BB",
});
const at = (name: NameOf, number: number) => {
  const found = shapeOf(name).columns[number];
  if (found === undefined) throw new Error(`the shape has no column ${number}`);
  return found;
};
/** Values of a key are data: they may be anything that a name may be. */
const rangeOf = (name: NameOf) => ({ after: [name(21), "1"], end: [name(22), "2"] });
const kinds = ["changes", "chunk"] as const;
const transports = ["relay", "driver"] as const;
const each = <T, R>(values: readonly T[], make: (value: T) => R): R[] => values.map(make);
const index = (name: NameOf) => ({
  name: name(3),
  clustered: false,
  unique: true,
  keys: [{ column: name(4), descending: true }],
  included: [name(5)],
  fillFactor: 80,
  disabled: false,
});

/** By file and export: every builder of src/sql that takes names or values. */
export const builderCases: Readonly<Record<string, BuilderCase>> = {
  "apply-statements deleteMarked": (name) => apply.deleteMarked(shapeOf(name)),
  "apply-statements deleteMissing": (name) => apply.deleteMissing(shapeOf(name), "1 = 1"),
  "apply-statements evictUnique": (name) =>
    each(kinds, (kind) => apply.evictUnique(shapeOf(name), replicaOf(name), kind, "1 = 1")),
  "apply-statements deleteOtherIdentity": (name) =>
    each(kinds, (kind) =>
      apply.deleteOtherIdentity({ ...shapeOf(name), key: shapeOf(name).key.slice(0, 1) }, replicaOf(name), kind),
    ),
  "apply-statements updateExisting": (name) =>
    each(kinds, (kind) => apply.updateExisting(shapeOf(name), replicaOf(name), kind)),
  "apply-statements insertMissing": (name) =>
    each(kinds, (kind) => apply.insertMissing(shapeOf(name), replicaOf(name), kind)),
  "byte-comparison differentBytes": (name) => differentBytes([at(name, 0), at(name, 1), at(name, 4)]),
  "carried-column carriersOf": (name) =>
    shapeOf(name).columns.map((each) => carriersOf(each, 3).map(({ read }) => read(quote.quoteName(each.name)))),
  "carried-column restoredValue": (name) => shapeOf(name).columns.map((each) => restoredValue(each, 3, "c")),
  "carrier-table carrierColumns": (name) => each(kinds, (kind) => carrier.carrierColumns(shapeOf(name), kind)),
  "carrier-table createCarrierTable": (name) => each(kinds, (kind) => carrier.createCarrierTable(shapeOf(name), kind)),
  "carrier-table fillStage": (name) => each(kinds, (kind) => carrier.fillStage(shapeOf(name), kind)),
  "changes-query changesQuery": (name) =>
    each(transports, (transport) =>
      changesQuery(shapeOf(name), { watermark: 1n, to: 2n, position: [name(21), "1"] }, transport),
    ),
  "chunk-query endKeyQuery": (name) => chunk.endKeyQuery(shapeOf(name), [name(21), "1"], 5),
  "chunk-query chunkQuery": (name) =>
    each(transports, (transport) => chunk.chunkQuery(shapeOf(name), rangeOf(name), transport)),
  "chunk-query rangeSource": (name) => chunk.rangeSource(shapeOf(name), rangeOf(name)).source,
  "column-type columnDeclaration": (name) => shapeOf(name).columns.map((each) => columnType.columnDeclaration(each)),
  "column-type stageDeclaration": (name) => shapeOf(name).columns.map((each) => columnType.stageDeclaration(each)),
  "column-type travellingValue": (name) =>
    shapeOf(name).columns.map((each) => columnType.travellingValue(each, quote.quoteName(each.name))),
  "column-type readExpression": (name) => shapeOf(name).columns.map((each) => columnType.readExpression(each, "t")),
  "column-type writeExpression": (name) =>
    shapeOf(name).columns.map((each) => columnType.writeExpression(each, quote.quoteName(each.name))),
  "create-alias-type createAliasType": (name) => createAliasType(tableOf(name), { type: bigint, nullable: true }),
  "create-needed-object createNeededObject": (name) => [
    sequenceOf(name).create,
    tableTypeOf(name).create,
    createNeededObject({ kind: "alias type", name: tableOf(name), id: 1, type: bigint, nullable: false }).create,
    createNeededObject({
      kind: "synonym",
      name: tableOf(name),
      id: 1,
      baseObject: `${quote.quoteName(name(3))}.${quote.quoteName(name(4))}.${quote.quoteName(name(5))}`,
    }).create,
    createNeededObject({ kind: "clr type", name: tableOf(name), id: 1 }).definition,
  ],
  "create-schema createSchemaText": (name) => createSchemaText(name(1)),
  "create-table createTableStatements": (name) =>
    each([new Set<string>(), new Set([name(5), name(14)])], (takenNames) =>
      createTable.createTableStatements(shapeOf(name), {
        collation: "Latin1_General_100_CI_AS",
        defaultSchema: "dbo",
        takenNames,
        aliasTypes: new Map(),
      }),
    ),
  "create-table columnDefinition": (name) =>
    shapeOf(name).columns.map((each) => [createTable.columnDefinition(each), createTable.columnDefinition(each, true)]),
  "definition-header rewriteHeader": (name) =>
    each(["CREATE", "ALTER"] as const, (action) => [
      rewriteHeader("CREATE VIEW old AS SELECT 1 AS one", { action, name: tableOf(name), defaultSchema: "dbo" }),
      rewriteHeader(`CREATE OR ALTER PROC ${quote.quoteTable({ schema: name(3), name: name(4) })} AS SELECT 1`, {
        action,
        name: tableOf(name),
        defaultSchema: name(5),
      }),
    ]),
  "inspect-query probeQuery": (name) =>
    inspectProbe([{ table: tableOf(name), objectId: 1, watermark: 3n, marked: 4n }]),
  "key-range bindKey": (name) => keyRange.bindKey(shapeOf(name), [name(21), "1"], "p"),
  "key-range keySegments": (name) => keyRange.keySegments(shapeOf(name), "t", rangeOf(name)),
  "key-range afterKey": (name) =>
    keyRange.afterKey(shapeOf(name), "t", keyRange.bindKey(shapeOf(name), [name(21), "1"], "p")),
  "key-range keyOrder": (name) => keyRange.keyOrder(shapeOf(name), "t"),
  "key-range keyOrderBackwards": (name) => keyRange.keyOrderBackwards(shapeOf(name), "t"),
  "key-range keyEquality": (name) => keyRange.keyEquality(shapeOf(name), "s", "t"),
  "key-range keyTexts": (name) =>
    keyRange.keyTexts(shapeOf(name), "t", keyRange.bindKey(shapeOf(name), [name(21), "1"], "p")),
  "key-range cursorConditions": (name) => keyRange.cursorConditions(shapeOf(name), "t"),
  "key-text keyTextExpression": (name) => keyText.keyTextExpression(at(name, 0), quote.quoteName(name(3))),
  "key-text keyValueExpression": (name) => keyText.keyValueExpression(at(name, 0), "@p0"),
  "key-text readsBack": (name) => keyText.readsBack(at(name, 0), quote.quoteName(name(3))),
  "ledger-statements raiseFenceStatement": (name) => ledger.raiseFenceStatement(tableOf(name)),
  "ledger-statements saveRowStatement": (name) => ledger.saveRowStatement(ledgerRowOf(name)),
  "ledger-statements mirrorEnabledStatement": (name) => ledger.mirrorEnabledStatement(tableOf(name), true),
  "ledger-statements moveIdleStatement": (name) =>
    ledger.moveIdleStatement([{ table: tableOf(name), watermark: 3n }], {
      version: 4n,
      time: "2026-01-01T00:00:00.000Z",
      mark: {} as ledger.Moment["mark"],
    }),
  "module-change-statements dropModuleText": (name) => change.dropModuleText(moduleOf(name)),
  "module-change-statements dropNeededText": (name) =>
    each([sequenceOf(name), tableTypeOf(name)], change.dropNeededText),
  "module-change-statements dropViewIndexText": (name) => change.dropViewIndexText(tableOf(name), name(3)),
  "module-change-statements createViewIndexText": (name) => change.createViewIndexText(tableOf(name), index(name)),
  "module-change-statements keepModuleText": (name) => change.keepModuleText(tableOf(name), 3),
  "module-change-statements restorePropertiesText": (name) => change.restorePropertiesText(tableOf(name), "V", 3),
  "module-change-statements ownerText": (name) => change.ownerText(tableOf(name), name(3)),
  "module-change-statements permissionText": (name) =>
    each(["G", "W", "D", "R"], (state) => change.permissionText(tableOf(name), permissionOf(name, state))),
  "module-change-statements columnsQuery": (name) => change.columnsQuery(tableOf(name)),
  "module-ledger-statements recordModuleStatement": (name) => moduleLedger.recordModuleStatement(recordOf(name)),
  "module-ledger-statements forgetModuleStatement": (name) =>
    moduleLedger.forgetModuleStatement("module", tableOf(name)),
  "module-ledger-statements writeModuleRecordsStatement": (name) =>
    moduleLedger.writeModuleRecordsStatement([recordOf(name)]),
  "preflight-query preflightQuery": (name) => preflightQuery(shapeOf(name)),
  "probe-query probeQuery": (name) =>
    each(transports, (transport) => each(kinds, (kind) => probe.probeQuery(shapeOf(name), kind, transport, true))),
  "probe-query carriedDifferences": (name) => each(kinds, (kind) => probe.carriedDifferences(shapeOf(name), kind)),
  "quote quoteName": (name) => quote.quoteName(name(1)),
  "quote quoteTable": (name) => quote.quoteTable(tableOf(name)),
  "quote quoteText": (name) => quote.quoteText(name(1)),
  "replica-query replicaQuery": (name) => replicaQuery(tableOf(name)),
  "select-list selectList": (name) =>
    each(transports, (transport) =>
      selectList(shapeOf(name), transport, { value: (each) => `t.${quote.quoteName(each.name)}`, deleted: "1" }),
    ),
  "shape-query shapeQuery": (name) => shapeQuery(tableOf(name)),
  "site-query siteQuery": (name) => siteQuery(shapeOf(name)),
  "stage-table createStage": (name) => each(kinds, (kind) => stage.createStage(shapeOf(name), kind)),
  "tracked-key-query trackedKeyQuery": (name) => trackedKeyQuery(tableOf(name)),
  "verify-query comparedRowsQuery": (name) => verify.comparedRowsQuery(shapeOf(name), rangeOf(name), 5),
  "verify-query movedKeysQuery": (name) => verify.movedKeysQuery(shapeOf(name), rangeOf(name), 5n, 5),
};

/** What takes no name and no value that the catalog or a user chose, or makes no T-SQL of it, and why. */
export const nameless: Readonly<Record<string, string>> = {
  "apply-statements writtenColumns": "gives columns, no text",
  "byte-comparison hidesBytes": "gives a boolean",
  "carried-column carrierName": "of a number",
  "carrier-table carrierTable": "of our own word",
  "carrier-table dropCarrierTable": "of our own word",
  "carrier-table variantColumns": "gives names as they are, no text",
  "carrier-table innerTypesQuery": "of our own words",
  "column-type isCharacterType": "gives a boolean",
  "column-type typeText": "of a system type",
  "column-type travelledType": "gives a type",
  "create-table constraintNames": "gives names as they are, no text",
  "definition-header readHeader": "gives places in a text",
  "definition-tokens definitionTokens": "reads",
  "doctor-rights-query doctorRightsQuery": "of our own words",
  "history-query newestCommitBatch": "of a parameter's name",
  "history-query markedCommitsBatch": "of versions",
  "history-query historyQuery": "of versions",
  "minus-zero isMinusZero": "of our own expressions",
  "minus-zero withMinusZero": "of our own expressions",
  "module-change-statements moduleSettingsText": "of two booleans",
  "module-change-statements fitsType": "gives a boolean",
  "modules-query hashesQuery": "of numbers",
  "modules-query definitionsQuery": "of numbers",
  "stage-table stageName": "of our own word",
  "stage-table deletedColumn": "gives a name as it is, no text",
  "stage-table stageColumns": "gives names as they are, no text",
  "stage-table dropStage": "of our own word",
  "uses-system-time usesSystemTime": "reads",
  "variant-carrier variantCarriers": "of our own name",
  "variant-carrier parseInnerType": "reads what it accepts by a pattern",
  "variant-carrier restoreVariants": "of our own names, and of types that parseInnerType has read",
  "window-query windowQuery": "of a number",
  "window-query rowCountQuery": "of a number",
};
