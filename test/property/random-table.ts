import { type Random } from "../demo/seeded-random.ts";
import type { HistoryTable } from "./history.ts";

/** How a table's rows are named and filled while a history is made. */
export interface RandomTable {
  readonly name: string;
  readonly spec: HistoryTable;
  readonly identity: boolean;
  readonly keyColumns: readonly string[];
  /** The key of that number, a literal a column; keys of one number are equal to the collation, not in their bytes. */
  key(number: number, spelling: number): readonly string[];
  /** The int column with a UNIQUE constraint. */
  readonly unique: string | undefined;
  readonly data: readonly DataColumn[];
  /** Refers to the parent's key by this column. */
  readonly parent: { readonly table: RandomTable; readonly column: string } | undefined;
}

export interface DataColumn {
  readonly name: string;
  readonly type: string;
  /** Literals; the ones that are equal in value and differ in bytes stand beside each other. */
  readonly values: readonly string[];
}

interface KeyKind {
  readonly columns: readonly (readonly [name: string, type: string])[];
  readonly identity?: true;
  /** Other tables can refer to it by one column. */
  readonly simple: boolean;
  key(number: number, spelling: number): readonly string[];
}

const words = ["abc", "B-1", "co-op", "coop", "zz", "é", "a b", "k"];
const collations = [
  "Latin1_General_100_CI_AS",
  "SQL_Latin1_General_CP1_CI_AS",
  "Latin1_General_100_BIN2",
  "Latin1_General_CS_AS",
  "Latin1_General_100_CI_AI",
];

/** 'abc1', 'ABC1', 'abc1  ', 'ABC1 '. */
function spelled(number: number, spelling: number): string {
  const word = `${words[number % words.length] ?? "k"}${number}`;
  return `${spelling % 2 === 1 ? word.toUpperCase() : word}${" ".repeat(spelling < 2 ? 0 : 4 - spelling)}`;
}

function keyKinds(collation: string): readonly KeyKind[] {
  return [
    { columns: [["id", "int"]], identity: true, simple: true, key: (number) => [`${number}`] },
    { columns: [["id", "int"]], simple: true, key: (number) => [`${number * 7 - 40}`] },
    {
      columns: [["id", "bigint"]],
      simple: true,
      key: (number) => [number === 0 ? "-9223372036854775808" : `${9007199254740990n + BigInt(number)}`],
    },
    {
      columns: [
        ["part", "int"],
        ["code", `nvarchar(20) COLLATE ${collation}`],
      ],
      simple: false,
      key: (number, spelling) => [`${number % 3}`, `N'${spelled(number, spelling)}'`],
    },
    {
      columns: [["id", "uniqueidentifier"]],
      simple: true,
      key: (number) => [
        `'${(number * 37).toString(16).padStart(8, "0")}-0000-0000-0000-${(99 - number).toString(16).padStart(12, "0")}'`,
      ],
    },
    {
      columns: [["code", `varchar(20) COLLATE ${collation}`]],
      simple: true,
      key: (number, spelling) => [`'${spelled(number, spelling)}'`],
    },
  ];
}

const dataColumns: readonly DataColumn[] = [
  { name: "n", type: "int NULL", values: ["NULL", "0", "-1", "2147483647"] },
  { name: "q", type: "smallint NOT NULL DEFAULT 7", values: ["7", "8", "-32768"] },
  {
    name: "s",
    type: "varchar(max) NULL",
    values: ["NULL", "''", "'x'", "'X'", "'x '", "REPLICATE(CONVERT(varchar(max), 'long '), 1700)"],
  },
  {
    name: "w",
    type: "nvarchar(40) COLLATE Latin1_General_100_CI_AI NULL",
    values: ["NULL", "N''", "N' '", "N'abc'", "N'ABC'", "N'ábc'"],
  },
  { name: "d", type: "decimal(20,6) NULL", values: ["NULL", "0", "1.5", "-99999999999999.999999"] },
  { name: "m", type: "datetime2(7) NULL", values: ["NULL", "'2020-02-29 23:59:59.9999999'", "'0001-01-01'"] },
  { name: "f", type: "float NULL", values: ["NULL", "0E0", "-0E0", "1.5E300"] },
  {
    name: "o",
    type: "datetimeoffset(3) NULL",
    values: ["NULL", "'2026-01-01 12:00:00 +02:00'", "'2026-01-01 10:00:00 +00:00'"],
  },
  { name: "b", type: "varbinary(50) NULL", values: ["NULL", "0x", "0x00", "0x0000", "0x01FF"] },
];

/** A table of random shape; a foreign key leads to one of those before. */
export function randomTable(random: Random, name: string, before: readonly RandomTable[]): RandomTable {
  const chance = (percent: number): boolean => random(100) < percent;
  const kinds = keyKinds(collations[random(collations.length)] ?? "Latin1_General_100_CI_AS");
  const kind = kinds[random(kinds.length)];
  if (kind === undefined) throw new Error("no kind of key");
  const data = dataColumns.filter(() => chance(35));
  const unique = chance(50) ? "u" : undefined;
  const parents = before.filter(({ keyColumns }) => keyColumns.length === 1);
  const parentTable = chance(40) ? parents[random(Math.max(1, parents.length))] : undefined;
  const definition = kind.columns.map(
    ([column, type]) => `${column} ${type}${kind.identity ? " IDENTITY(1,1)" : ""} NOT NULL`,
  );
  const columns: string[] = kind.columns.map(([column]) => column);
  const add = (column: string, text: string): void => {
    definition.push(`${column} ${text}`);
    columns.push(column);
  };
  if (unique !== undefined) add(unique, "int NULL");
  for (const column of data) add(column.name, column.type);
  if (data.some(({ name: column }) => column === "n") && chance(40))
    add("c", `AS (n / 2)${chance(50) ? " PERSISTED" : ""}`);
  if (chance(15)) add("rv", "rowversion NOT NULL");
  const parentType = parentTable?.spec.definition[0]?.replace(/^\w+ /, "").replace(/ IDENTITY\(1,1\)/, "");
  if (parentType !== undefined) add("parent", parentType.replace("NOT NULL", "NULL"));
  const clustered = chance(85) ? "CLUSTERED" : "NONCLUSTERED";
  const order = chance(20) ? " DESC" : "";
  definition.push(`PRIMARY KEY ${clustered} (${kind.columns.map(([column]) => `${column}${order}`).join(", ")})`);
  if (unique !== undefined) definition.push(`UNIQUE (${unique})`);
  const reference = parentTable && foreignKey(parentTable, chance(50));
  const spec: HistoryTable = {
    name,
    definition,
    columns,
    identity: kind.identity === true,
    ...(reference === undefined ? {} : { foreignKey: reference }),
  };
  return {
    name,
    spec,
    identity: spec.identity,
    keyColumns: kind.columns.map(([column]) => column),
    key: (number, spelling) => kind.key(number, spelling),
    unique,
    data,
    parent: parentTable && { table: parentTable, column: "parent" },
  };
}

function foreignKey(parent: RandomTable, cascades: boolean): NonNullable<HistoryTable["foreignKey"]> {
  const actions = cascades ? "ON DELETE CASCADE" : "ON DELETE SET NULL";
  return {
    to: parent.name,
    text: `FOREIGN KEY (parent) REFERENCES dbo.${parent.name} (${parent.keyColumns[0] ?? ""}) ${actions}`,
  };
}
