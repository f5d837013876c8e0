import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CrashTally, walkScenario, type WalkedStep } from "./crash-run.ts";
import { crashSteps } from "./crash-scenario.ts";
import { type CrashServers, startCrashServers } from "./crash-servers.ts";

/** One step of the scenario, at one of its moments: what is still wrong when everything should have converged. */
type CrashCase = (servers: CrashServers, walked: WalkedStep, label: string, tally: CrashTally) => Promise<string[]>;

/** What must be among the moments of the scenario, or it has lost what it is there for. */
const kinds = [
  ...["primary", "replica"].flatMap((side) =>
    ["login", "batch", "rpc", "commit", "committed"].map((step) => `${side} ${step}`),
  ),
  ...["primary row", "replica bulk", "redis before", "redis after"],
];

/**
 * Every moment of every step of the scenario, one after the other, on emulators: the real servers cannot be held still.
 * A failure names the moments.
 */
export function describeCrashes(what: string, crash: CrashCase): void {
  describe.runIf(process.env["SQLSERVER_PRIMARY_URL"] === undefined)(what, () => {
    let servers: CrashServers;
    let walked: WalkedStep[];
    beforeAll(async () => {
      servers = await startCrashServers();
      walked = await walkScenario(servers);
    });
    afterAll(() => servers.close());

    it("meets moments of every kind", () => {
      const moments = walked.flatMap((step) => step.moments);
      expect([...new Set(moments.map(({ kind }) => kind))].sort()).toEqual([...kinds].sort());
      expect(moments.length).toBeGreaterThan(500);
    });

    it.each(crashSteps.map(({ name }, at) => [name, at] as const))(
      "leaves nothing behind at any moment of: %s",
      async (_name, at) => {
        const step = walked[at];
        if (step === undefined) throw new Error("the scenario has no such step");
        const failed: Record<string, string[] | string> = {};
        const tally: CrashTally = { left: new Set() };
        for (const { label } of step.moments) {
          try {
            const wrong = await crash(servers, step, label, tally);
            if (wrong.length > 0) failed[label] = wrong;
          } catch (error) {
            failed[label] = String(error);
          }
        }
        expect(failed).toEqual({});
        // More than one: moments before and after an effect leave different things behind.
        expect(tally.left.size).toBeGreaterThan(1);
      },
      120_000,
    );

    it("asks the servers for nothing that the emulator does not know", () => {
      expect([servers.primary.emulator.unsupported, servers.replica.emulator.unsupported]).toEqual([[], []]);
    });
  });
}
