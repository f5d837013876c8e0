import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type sql from "mssql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compareStep } from "./compare-step.ts";
import { parseConformanceScript } from "./conformance-script.ts";
import { openConformanceServer } from "./conformance-server.ts";
import type { ConformanceServer } from "./conformance-server.ts";
import { runStep } from "./run-step.ts";

const folder = import.meta.dirname;
const scripts = readdirSync(folder).filter((name) => name.endsWith(".sql"));

describe("the documentation's results", () => {
  let server: ConformanceServer;
  beforeAll(async () => {
    server = await openConformanceServer();
  });
  afterAll(async () => {
    await server.close();
  });

  test.each(scripts)("%s", async (name) => {
    const script = parseConformanceScript(name, readFileSync(join(folder, name), "utf8"));
    const problems = await server.withDatabase(async (connect) => {
      const sessions = new Map<string, sql.ConnectionPool>();
      const found: string[] = [];
      for (const step of script.steps) {
        const pool = sessions.get(step.session) ?? (await connect());
        sessions.set(step.session, pool);
        const outcome = await runStep(pool, step.sql);
        found.push(...compareStep(step, outcome).map((problem) => `${name}:${step.line}: ${problem}`));
      }
      return found;
    });
    expect(problems).toEqual([]);
    expect(server.emulator?.unsupported ?? []).toEqual([]);
  });
});
