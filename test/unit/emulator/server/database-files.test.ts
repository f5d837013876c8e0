import { describe, expect, it } from "vitest";
import { operatedServer } from "./operated-server.ts";

/** "sys.database_files", "FILEPROPERTY", "model Database", "ALTER DATABASE File and Filegroup Options". */
const files = `SELECT f.name, f.type_desc, f.size, f.max_size, f.growth, FILEPROPERTY(f.name, 'SpaceUsed')
FROM sys.database_files AS f ORDER BY f.file_id`;

describe("files of a database", () => {
  it("are those of model, and grow with the rows", async () => {
    const { at } = await operatedServer();
    expect(await at.rows(files)).toEqual([
      ["d", "ROWS", 1024, -1, 8192, 0],
      ["d_log", "LOG", 1024, 268435456, 8192, 256],
    ]);
    const twelve = `(VALUES ${Array.from({ length: 12 }, (_, n) => `(${n})`).join(", ")})`;
    await at.rows(`CREATE TABLE dbo.Wide (id int IDENTITY PRIMARY KEY, a char(8000) NOT NULL);
    INSERT dbo.Wide (a) SELECT TOP (1500) 'x' FROM ${twelve} AS a (n) CROSS JOIN ${twelve} AS b (n) CROSS JOIN ${twelve} AS c (n)`);
    const [[, , size, , , used] = []] = await at.rows(files);
    // One row fills nearly a page.
    expect(used).toBeGreaterThanOrEqual(1480);
    expect(size).toBe(1024 + 8192);
  });

  it("are full where space has run out, until they may grow again", async () => {
    const { emulator, at } = await operatedServer();
    emulator.server.runOutOfSpace({ error: 1105, database: "d" });
    emulator.server.runOutOfSpace({ error: 9002, database: "d" });
    expect(await at.rows(files)).toEqual([
      ["d", "ROWS", 1024, 1024, 8192, 1024],
      ["d_log", "LOG", 1024, 1024, 8192, 1024],
    ]);
    expect(await at.errors("INSERT dbo.T VALUES (1, N'x')")).not.toEqual([]);
    await at.rows("ALTER DATABASE d MODIFY FILE (NAME = d, MAXSIZE = UNLIMITED)");
    expect(await at.errors("INSERT dbo.T VALUES (1, N'x')")).toEqual([9002]);
    await at.rows("ALTER DATABASE d MODIFY FILE (NAME = N'D_LOG', MAXSIZE = UNLIMITED)");
    expect(await at.errors("INSERT dbo.T VALUES (1, N'x')")).toEqual([]);
    expect(await at.errors("ALTER DATABASE d MODIFY FILE (NAME = other, MAXSIZE = UNLIMITED)")).toEqual([5041, 5069]);
  });

  it("answer FILEPROPERTY, and NULL for what is not there", async () => {
    const { at } = await operatedServer();
    const properties = ["IsLogFile", "IsPrimaryFile", "IsReadOnly", "Other"];
    const ask = (name: string): string =>
      properties.map((property) => `FILEPROPERTY('${name}', '${property}')`).join(", ");
    expect(
      await at.rows(`SELECT ${ask("D")} UNION ALL SELECT ${ask("d_log")} UNION ALL SELECT ${ask("none")}`),
    ).toEqual([
      [0, 1, 0, null],
      [1, 0, 0, null],
      [null, null, null, null],
    ]);
    expect(await at.value("SELECT CONVERT(bigint, DATABASEPROPERTYEX('d', 'MaxSizeInBytes'))")).toBeNull();
  });
});

describe("options of a database", () => {
  it("AUTO_CLOSE and DELAYED_DURABILITY are kept", async () => {
    const { at } = await operatedServer();
    const options = `SELECT is_auto_close_on, delayed_durability, delayed_durability_desc,
      CONVERT(int, DATABASEPROPERTYEX('d', 'IsAutoClose')) FROM sys.databases WHERE name = 'd'`;
    expect(await at.rows(options)).toEqual([[false, 0, "DISABLED", 0]]);
    await at.rows("ALTER DATABASE d SET AUTO_CLOSE ON, DELAYED_DURABILITY = FORCED");
    expect(await at.rows(options)).toEqual([[true, 2, "FORCED", 1]]);
    await at.rows("ALTER DATABASE d SET AUTO_CLOSE OFF, DELAYED_DURABILITY = ALLOWED");
    expect(await at.rows(options)).toEqual([[false, 1, "ALLOWED", 0]]);
  });
});
