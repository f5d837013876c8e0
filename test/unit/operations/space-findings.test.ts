import { describe, expect, it } from "vitest";
import { type FileSpace, spaceFindings } from "../../../src/operations/space-findings.ts";

const MB = 1024 ** 2;
const GB = 1024 * MB;

function file(kind: "data" | "log", used: number | null, max: number | null, name: string = kind): FileSpace {
  return { name, kind, bytes: 64 * MB, maxBytes: max, usedBytes: used };
}

describe("spaceFindings", () => {
  it.each([
    [
      "files that grow without end",
      { maxBytes: null, files: [file("data", 900 * GB, null), file("log", GB, 2048 * GB)] },
      [],
    ],
    ["room enough", { maxBytes: null, files: [file("data", 84 * MB, 100 * MB), file("log", 84 * MB, 100 * MB)] }, []],
    [
      "little room",
      { maxBytes: null, files: [file("data", 86 * MB, 100 * MB)] },
      ["warning the replica's database is 86 % full: 86 MB of 100 MB"],
    ],
    [
      "no room",
      { maxBytes: null, files: [file("data", 96 * MB, 100 * MB)] },
      ["error the replica's database is 96 % full: 96 MB of 100 MB"],
    ],
    [
      "one of two data files that grows",
      { maxBytes: null, files: [file("data", 100 * MB, 100 * MB), file("data", 1, null, "more")] },
      [],
    ],
    [
      "two full data files",
      { maxBytes: null, files: [file("data", 9 * GB, 10 * GB), file("data", 9 * GB, 10 * GB, "more")] },
      ["warning the replica's database is 90 % full: 18.0 GB of 20.0 GB"],
    ],
    [
      "the limit of Azure SQL Database",
      { maxBytes: 2 * GB, files: [file("data", 1.95 * GB, null)] },
      ["error the replica's database is 97 % full: 1,997 MB of 2,048 MB"],
    ],
    [
      "a full log",
      { maxBytes: null, files: [file("data", 1, null), file("log", 95 * MB, 100 * MB)] },
      ["error the replica's transaction log is 95 % full: 95 MB of 100 MB; what keeps it is LOG_BACKUP"],
    ],
    [
      "what cannot be seen",
      { maxBytes: null, files: [file("data", null, 100 * MB)] },
      ["info how full the replica's files are cannot be seen by this login"],
    ],
    ["no files at all", { maxBytes: 2 * GB, files: [] }, []],
  ])("%s", (_, space, expected) => {
    const found = spaceFindings(space, "a]b", "LOG_BACKUP");
    expect(found.map(({ severity, what }) => `${severity} ${what}`)).toEqual(expected);
  });

  it("names the files, or the service where that has the limit", () => {
    const fix = (space: Parameters<typeof spaceFindings>[0]): string | undefined =>
      spaceFindings(space, "a]b", "NOTHING")[0]?.fix;
    expect(fix({ maxBytes: null, files: [file("data", MB, MB, "x]y")] })).toBe(
      "ALTER DATABASE [a]]b] MODIFY FILE (NAME = [x]]y], MAXSIZE = UNLIMITED);",
    );
    expect(fix({ maxBytes: MB, files: [file("data", MB, null)] })).toMatch(
      /MODIFY \(MAXSIZE = \.\.\.\);, or a larger service objective$/,
    );
    expect(fix({ maxBytes: null, files: [file("log", MB, MB)] })).not.toMatch(/BACKUP/);
  });
});
