import type { CrashApp } from "./crash-app.ts";
import type { CrashServers } from "./crash-servers.ts";

/** One invocation of the app, and what operators and users of the primary did before it. */
export interface CrashStep {
  readonly name: string;
  readonly before: (servers: CrashServers) => Promise<void>;
  /** Time that has gone by, ms, for an app that lived through it. */
  readonly passes?: number;
  readonly run: (app: CrashApp) => Promise<unknown>;
  /** What users do right after a crash: it shows that no later change is lost, nor applied too early. */
  readonly meanwhile: string;
}

/** Chunks of three rows, slices of two. */
export const crashSettings = { FULL_LOAD_CHUNK_ROWS: "3", DELTA_SLICE_ROWS: "2" };

const tick = (app: CrashApp): Promise<unknown> => app.tick();
/** The timer of module sync, and the tables' beside it. */
const modules = async (app: CrashApp): Promise<unknown> => {
  await app.syncModules();
  return app.tick();
};
const nothing = (): Promise<void> => Promise.resolve();
const change =
  (batch: string): CrashStep["before"] =>
  async ({ primary }) =>
    void (await primary.run(batch));

const changeA = "UPDATE A SET amount = amount + 100 WHERE id IN (1, 5, 6);";
const changeB = "DELETE B WHERE code = 'b'; INSERT B VALUES ('z', N'after it');";

/** Every kind of step that the app knows, on two tables of a few rows. */
export const crashSteps: readonly CrashStep[] = [
  {
    name: "discover the tables",
    before: change(`
      CREATE TABLE A (id int NOT NULL PRIMARY KEY, name nvarchar(20) NULL, amount int NOT NULL);
      CREATE TABLE B (code varchar(10) NOT NULL PRIMARY KEY, note nvarchar(max) NULL);
      ALTER TABLE A ENABLE CHANGE_TRACKING;
      ALTER TABLE B ENABLE CHANGE_TRACKING;
      INSERT A VALUES (1, N'one', 1), (2, NULL, 2), (3, N'', 3), (4, N'four', 4), (5, N'five', 5);
      INSERT B VALUES ('b', N'first');`),
    run: tick,
    meanwhile: changeA,
  },
  {
    name: "make the replica table and start its load",
    before: ({ setKey }) => setKey("enabled:A", "true"),
    run: tick,
    meanwhile: changeA,
  },
  {
    name: "load a chunk, with the changes of meanwhile",
    before: change("UPDATE A SET amount = 10 WHERE id = 5; DELETE A WHERE id = 2;"),
    run: tick,
    meanwhile: changeA,
  },
  {
    name: "apply two slices of changes while the table is loading",
    before: change(
      "UPDATE A SET name = N'late' WHERE id IN (1, 4); DELETE A WHERE id = 3; INSERT A VALUES (6, N'six', 6);",
    ),
    run: tick,
    meanwhile: changeA,
  },
  { name: "load the last chunk", before: nothing, run: tick, meanwhile: changeA },
  {
    name: "apply a delta of two slices",
    before: change(`
      UPDATE A SET id = 7 WHERE id = 1; DELETE A WHERE id = 4; INSERT A VALUES (4, N'again', 40), (8, NULL, 8);`),
    run: tick,
    meanwhile: changeA,
  },
  {
    name: "start a load in place, over rows that are there",
    before: async ({ replica, setKey }) => {
      await replica.run(`
        CREATE TABLE B (code varchar(10) NOT NULL PRIMARY KEY, note nvarchar(max) NULL);
        INSERT B VALUES ('B', N'stale'), ('x', N'not on the primary');`);
      await setKey("enabled:B", "true");
    },
    run: tick,
    meanwhile: changeB,
  },
  { name: "load in place", before: change("INSERT B VALUES ('c', NULL);"), run: tick, meanwhile: changeB },
  {
    name: "move the watermark of the idle table",
    before: change("UPDATE B SET note = N'' WHERE code = 'b';"),
    passes: 61_000,
    run: tick,
    meanwhile: changeB,
  },
  {
    name: "obey a force flag",
    before: ({ setKey }) => setKey("force_full_load:B", "true"),
    run: tick,
    meanwhile: changeB,
  },
  { name: "finish the load that a force flag ordered", before: nothing, run: tick, meanwhile: changeB },
  {
    name: "bring modules over",
    before: change(`
      EXEC (N'CREATE VIEW dbo.Names AS SELECT id, name FROM dbo.A');
      EXEC (N'CREATE PROCEDURE dbo.CountNames AS SELECT COUNT(*) AS names FROM dbo.Names');`),
    run: modules,
    meanwhile: "",
  },
  {
    name: "change and drop modules",
    before: change("EXEC (N'ALTER VIEW dbo.Names AS SELECT id FROM dbo.A'); DROP PROCEDURE dbo.CountNames;"),
    run: modules,
    meanwhile: "",
  },
];
