import { expect, it } from "vitest";
import { fixForError } from "../../../src/db/fix-for-error.ts";

const names = { primary: "p]q", replica: "r'[s]" };

it.each([
  [3906, "ALTER DATABASE [r'[s]]] SET READ_WRITE;"],
  [9002, "name = N'r''[s]'"],
  [1105, "ALTER DATABASE [r'[s]]] MODIFY FILE"],
  [3952, "ALTER DATABASE [p]]q] SET ALLOW_SNAPSHOT_ISOLATION ON;"],
  [22105, "ALTER DATABASE [p]]q] SET CHANGE_TRACKING = ON"],
  [229, "infra/sql/primary-rights.sql"],
  [547, "on the replica"],
  [22117, "listener"],
])("%i: %s", (number, fix) => {
  expect(fixForError(number, names)).toContain(fix);
});

it.each([undefined, 50000])("has nothing to say of %s", (number) => {
  expect(fixForError(number, names)).toBeUndefined();
});
