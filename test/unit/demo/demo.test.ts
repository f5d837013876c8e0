import { describe, expect, it } from "vitest";
import { parseDemoArguments } from "../../demo/demo-arguments.ts";
import { verificationTable } from "../../demo/demo-result.ts";
import { LiveView } from "../../demo/live-view.ts";
import { splitBatches } from "../../demo/sql-client.ts";

describe("the demo's arguments", () => {
  it("are all optional", () => {
    expect(parseDemoArguments([])).toEqual({ json: undefined, chaos: 0, serve: false, help: false });
  });

  it("are read", () => {
    expect(parseDemoArguments(["--json", "a.json", "--chaos", "50"])).toMatchObject({ json: "a.json", chaos: 50 });
    expect(parseDemoArguments(["--chaos=4"])).toMatchObject({ chaos: 4 });
    expect(parseDemoArguments(["--serve"])).toMatchObject({ serve: true });
    expect(parseDemoArguments(["-h"])).toMatchObject({ help: true });
  });

  it.each([
    [["--json"], "--json: a file name is missing"],
    [["--json", "--chaos", "5"], "--json: a file name is missing"],
    [["--chaos", "many"], "--chaos many: a number from 4 to 1000"],
    [["--chaos", "3"], "--chaos 3: a number from 4 to 1000"],
    [["--chaos"], "--chaos : a number from 4 to 1000"],
    [["--speed", "9"], "--speed: no such option"],
    [["result.json"], '"result.json": nothing is expected here'],
    [["--serve", "--chaos", "5"], "--serve plays no scenario"],
  ])("%j are refused with a reason and the usage", (argv, problem) => {
    expect(() => parseDemoArguments(argv)).toThrow(problem);
    expect(() => parseDemoArguments(argv)).toThrow("npm run demo --");
  });

  it("name all problems at once", () => {
    expect(() => parseDemoArguments(["--chaos", "x", "--fast"])).toThrow(/--chaos x[^]*--fast: no such option/);
  });
});

describe("a script", () => {
  it("is cut at lines that hold only GO", () => {
    const script =
      "-- head\nCREATE DATABASE a;\nGO\nUSE a;\n  go  \nSELECT 'GO'\nAS [GO];\nGO\n-- only a comment\nGO\n";
    expect(splitBatches(script)).toEqual(["-- head\nCREATE DATABASE a;", "USE a;", "SELECT 'GO'\nAS [GO];"]);
  });
});

describe("the live view", () => {
  const product = { name: "Product", state: "loading", version: "7", lag: 3 };

  function view(terminal: boolean) {
    const clock = { now: 0 };
    const written: string[] = [];
    const live = new LiveView({ write: (text) => written.push(text), terminal, columns: 120, now: () => clock.now });
    return { clock, written, live };
  }

  it("shows bars, rows a second and lag, and redraws them in a terminal", () => {
    const { clock, written, live } = view(true);
    live.show([{ ...product, load: { synced: 1000, total: 4000 } }]);
    clock.now = 1000;
    live.show([{ ...product, load: { synced: 3000, total: 4000 } }]);
    expect(written[0]).toContain("█████░░░░░░░░░░░░░░░ 1,000/4,000 rows  lag 3\n");
    const redrawn = written.slice(1).join("");
    expect(redrawn.startsWith("\u001b[1A\u001b[J")).toBe(true);
    expect(redrawn).toContain("3,000/4,000 rows, 2,000 rows/s  lag 3\n");
    written.length = 0;
    live.step("done");
    expect(written.join("")).toBe("\u001b[1A\u001b[J   1.0 s  done\n");
  });

  it("shows how many modules are in sync, and what the first of the others waits for", () => {
    const { written, live } = view(true);
    live.show([{ ...product, load: undefined }], { inSync: 8, waiting: [] });
    live.show([], { inSync: 7, waiting: ["vA: Invalid object name 'T'.", "vB: it needs vA, which is pending"] });
    expect(written[0]).toMatch(/\nmodules {10}8 in sync\n$/);
    expect(written.at(-1)).toBe("modules          7 in sync, 2 pending (vA: Invalid object name 'T'.)\n");
  });

  it("writes plain lines elsewhere, every five seconds and only what is new", () => {
    const { clock, written, live } = view(false);
    const [one, other] = [
      { ...product, load: undefined },
      { ...product, name: "User", load: undefined },
    ];
    clock.now = 10_000;
    live.show([one, other]);
    clock.now = 12_000;
    live.show([{ ...one, version: "8" }, other]);
    clock.now = 16_000;
    live.show([{ ...one, version: "9" }, other]);
    clock.now = 22_000;
    live.show([{ ...one, version: "9" }, other]);
    expect(written).toHaveLength(2);
    expect(written[1]).toBe("          Product          loading  version      9  lag 3\n");
  });
});

describe("the verification table", () => {
  it("has one line a table, one a module, and names the first differences", () => {
    const text = verificationTable(
      [
        { name: "User", rows: 1200, differences: 0, examples: [] },
        { name: "sales.OrderLine", rows: 3, differences: 1, examples: ['row ["1"] is missing on the replica'] },
      ],
      [
        { name: "Overview", type: "V", differences: 0, examples: [] },
        { name: "sales.LineTotal", type: "FN", differences: 1, examples: ["it is missing on the replica"] },
      ],
    );
    expect(text.split("\n")).toEqual([
      "table             rows  differences",
      "User             1,200            0  equal",
      "sales.OrderLine      3            1  DIFFERENT",
      '  sales.OrderLine: row ["1"] is missing on the replica',
      "",
      "module           type  differences",
      "Overview            V            0  equal",
      "sales.LineTotal    FN            1  DIFFERENT",
      "  sales.LineTotal: it is missing on the replica",
    ]);
  });
});
