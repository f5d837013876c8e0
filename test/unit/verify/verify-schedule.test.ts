import { expect, it } from "vitest";
import { readConfig, verifyTimerSchedule } from "../../../src/config.ts";

const env = {
  MSSQL_PRIMARY_URL: "mssql://sa:Password123!@localhost:1434/testct",
  MSSQL_REPLICA_URL: "mssql://sa:Password123!@localhost:1435/testct",
  REDIS_URL: "redis://localhost:6379",
};

it.each([
  [undefined, undefined, undefined],
  ["", undefined, undefined],
  [" ", undefined, undefined],
  [" 0 0 3 * * 6 ", "0 0 3 * * 6", undefined],
  ["1.00:00:00", "1.00:00:00", undefined],
  ["0 3 * * 6", undefined, /has 5 fields/],
  ["never", undefined, /has 1 fields/],
])("VERIFY_SCHEDULE=%j registers a timer at %j", (value, schedule, problem) => {
  const given = value === undefined ? env : { ...env, VERIFY_SCHEDULE: value };
  expect(verifyTimerSchedule(given)).toBe(schedule);
  const result = readConfig(given);
  if (problem === undefined) {
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    expect(result.config.verifySchedule).toBe(schedule);
  } else {
    expect(result).toMatchObject({
      ok: false,
      problems: [{ variable: "VERIFY_SCHEDULE", problem: expect.stringMatching(problem) as string }],
    });
  }
});
