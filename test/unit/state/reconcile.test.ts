import { describe, expect, it } from "vitest";
import type { LedgerRow } from "../../../src/model/ledger-row.ts";
import type { TableFlags } from "../../../src/model/table-flags.ts";
import { flagsAfter, type ReconcileAction, reconcile, replicaReplaced } from "../../../src/state/reconcile.ts";
import type { RedisView } from "../../../src/state/redis-view.ts";
import { ledgerOf, liveRow, loadingRow, noFlags } from "./ledger-rows.ts";

const table = { schema: "dbo", name: "User" };

function view(epoch: string | undefined, flags: Record<string, Partial<TableFlags>>): RedisView {
  return {
    epoch,
    rebuilt: undefined,
    configUrls: { primary: undefined, replica: undefined },
    flags: new Map(Object.entries(flags).map(([key, some]) => [key, { ...noFlags, ...some }])),
    garbage: [],
  };
}

/** What Redis holds of a table right after its row at version 10 was published. */
const inStep: Partial<TableFlags> = { enabled: true, version: 10n, published: { version: 10n, ledgerId: "L1" } };

interface Case {
  readonly name: string;
  readonly row?: LedgerRow;
  readonly epoch?: string | undefined;
  readonly flags: Partial<TableFlags>;
  readonly actions: readonly ReconcileAction[];
}

const row = liveRow();
const filled = (event: "redis-lost" | "first-start" | "replica-replaced"): ReconcileAction => ({
  kind: "write-epoch",
  ledgerId: "L1",
  event,
});

const cases: readonly Case[] = [
  { name: "all in step: nothing", row, epoch: "L1", flags: inStep, actions: [] },
  { name: "a table that nobody knows yet", epoch: "L1", flags: {}, actions: [] },
  { name: "a paused table without a row", epoch: "L1", flags: { enabled: false }, actions: [] },
  { name: "an enabled table without a row", epoch: "L1", flags: { enabled: true }, actions: [] },
  {
    name: "first start: the flag that was discovered a moment ago, and the epoch",
    flags: { enabled: false },
    actions: [{ kind: "set-enabled", table, enabled: false }, filled("first-start")],
  },
  { name: "first start without any table: only the epoch", flags: {}, actions: [filled("first-start")] },
  {
    name: "Redis lost after the flag was read: an enabled table without a row stays enabled",
    flags: { enabled: true },
    actions: [{ kind: "set-enabled", table, enabled: true }, filled("first-start")],
  },
  {
    name: "Redis lost: all of it from the ledger, the epoch last",
    row,
    flags: {},
    actions: [
      { kind: "set-enabled", table, enabled: true },
      { kind: "republish", row, ledgerId: "L1", found: undefined },
      filled("redis-lost"),
    ],
  },
  {
    name: "Redis lost: a paused table stays paused",
    row: liveRow({ enabled: false }),
    flags: {},
    actions: [
      { kind: "set-enabled", table, enabled: false },
      { kind: "republish", row: liveRow({ enabled: false }), ledgerId: "L1", found: undefined },
      filled("redis-lost"),
    ],
  },
  {
    name: "Redis lost, but an operator was faster: their flag counts, and the mirror follows",
    row,
    flags: { enabled: false },
    actions: [
      { kind: "set-enabled", table, enabled: false },
      { kind: "mirror-enabled", table, enabled: false },
      { kind: "republish", row, ledgerId: "L1", found: undefined },
      filled("redis-lost"),
    ],
  },
  {
    name: "no epoch: a flag that was read may have been lost since, and is set where it is missing",
    row,
    flags: inStep,
    actions: [{ kind: "set-enabled", table, enabled: true }, filled("redis-lost")],
  },
  {
    name: "a single deleted flag means paused: the mirror follows",
    row,
    epoch: "L1",
    flags: { ...inStep, enabled: undefined },
    actions: [{ kind: "mirror-enabled", table, enabled: false }],
  },
  {
    name: "a single deleted flag of a table that was paused anyway",
    row: liveRow({ enabled: false }),
    epoch: "L1",
    flags: { ...inStep, enabled: undefined },
    actions: [],
  },
  {
    name: "a missing flag beside an old published: Redis was rolled back, the mirror counts",
    row,
    epoch: "L1",
    flags: { enabled: undefined, version: 7n, published: { version: 7n, ledgerId: "L1" } },
    actions: [
      { kind: "set-enabled", table, enabled: true },
      { kind: "republish", row, ledgerId: "L1", found: { version: 7n, ledgerId: "L1" } },
    ],
  },
  {
    name: "a missing flag beside a missing published: as if rolled back to before the first load",
    row,
    epoch: "L1",
    flags: {},
    actions: [
      { kind: "set-enabled", table, enabled: true },
      { kind: "republish", row, ledgerId: "L1", found: undefined },
    ],
  },
  {
    name: "killed between commit and publish: published again, nothing reported",
    row,
    epoch: "L1",
    flags: { enabled: true, version: 9n, published: { version: 9n, ledgerId: "L1" } },
    actions: [{ kind: "republish", row, ledgerId: "L1", found: { version: 9n, ledgerId: "L1" } }],
  },
  {
    name: "published above the ledger: the replica was restored to the past",
    row,
    epoch: "L1",
    flags: { enabled: true, version: 12n, published: { version: 12n, ledgerId: "L1" } },
    actions: [{ kind: "republish", row, ledgerId: "L1", found: { version: 12n, ledgerId: "L1" } }],
  },
  {
    name: "the flag was switched off: the mirror follows",
    row,
    epoch: "L1",
    flags: { ...inStep, enabled: false },
    actions: [{ kind: "mirror-enabled", table, enabled: false }],
  },
  {
    name: "the flag was switched on: the mirror follows",
    row: liveRow({ enabled: false }),
    epoch: "L1",
    flags: inStep,
    actions: [{ kind: "mirror-enabled", table, enabled: true }],
  },
  {
    name: "a version set by hand is put back",
    row,
    epoch: "L1",
    flags: { ...inStep, version: 3n },
    actions: [{ kind: "put-back-version", table, found: 3n, version: 10n }],
  },
  {
    name: "a version above the watermark set by hand is put back",
    row,
    epoch: "L1",
    flags: { ...inStep, version: 99n },
    actions: [{ kind: "put-back-version", table, found: 99n, version: 10n }],
  },
  {
    name: "a deleted version is put back",
    row,
    epoch: "L1",
    flags: { ...inStep, version: undefined },
    actions: [{ kind: "put-back-version", table, found: undefined, version: 10n }],
  },
  {
    name: "a version set by hand over an old published: both",
    row,
    epoch: "L1",
    flags: { enabled: true, version: 3n, published: { version: 9n, ledgerId: "L1" } },
    actions: [
      { kind: "put-back-version", table, found: 3n, version: 10n },
      { kind: "republish", row, ledgerId: "L1", found: { version: 9n, ledgerId: "L1" } },
    ],
  },
  {
    name: "a version without published and without a row is left for adoption",
    epoch: "L1",
    flags: { enabled: true, version: 5n },
    actions: [],
  },
  {
    name: "replica replaced: loaded in place, Redis keeps its flags",
    epoch: "L0",
    flags: { enabled: true, version: 50n, published: { version: 50n, ledgerId: "L0" } },
    actions: [{ kind: "reload", table, reason: replicaReplaced }, filled("replica-replaced")],
  },
  {
    name: "replica replaced by one with rows of its own: loaded in place all the same, mirror from the flags",
    row: liveRow({ enabled: false }),
    epoch: "L0",
    flags: { enabled: true, version: 50n, published: { version: 50n, ledgerId: "L0" } },
    actions: [
      { kind: "mirror-enabled", table, enabled: true },
      { kind: "reload", table, reason: replicaReplaced },
      filled("replica-replaced"),
    ],
  },
  {
    name: "replica replaced, the flag deleted: paused",
    row,
    epoch: "L0",
    flags: { published: { version: 50n, ledgerId: "L0" } },
    actions: [
      { kind: "mirror-enabled", table, enabled: false },
      { kind: "reload", table, reason: replicaReplaced },
      filled("replica-replaced"),
    ],
  },
  {
    name: "the epoch is written, the load in place has not started: the order stands",
    epoch: "L1",
    flags: { enabled: true, version: 50n, published: { version: 50n, ledgerId: "L0" } },
    actions: [{ kind: "reload", table, reason: replicaReplaced }],
  },
  {
    name: "published by this ledger, the row is gone: planned as a new table",
    epoch: "L1",
    flags: inStep,
    actions: [],
  },
  {
    name: "a table in the middle of a load is filled like any other",
    row: loadingRow(),
    flags: {},
    actions: [
      { kind: "set-enabled", table, enabled: true },
      { kind: "republish", row: loadingRow(), ledgerId: "L1", found: undefined },
      filled("redis-lost"),
    ],
  },
];

describe("reconcile", () => {
  it.each(cases)("$name", ({ row, epoch, flags, actions }) => {
    const ledger = row === undefined ? ledgerOf("L1") : ledgerOf("L1", row);
    expect(reconcile(ledger, view(epoch, { User: flags }))).toEqual(actions);
  });

  it("finds nothing more to do once its actions are carried out", () => {
    for (const { row, epoch, flags } of cases) {
      const ledger = row === undefined ? ledgerOf("L1") : ledgerOf("L1", row);
      const redis = view(epoch, { User: flags });
      const actions = reconcile(ledger, redis);
      const mirror = actions.find(({ kind }) => kind === "mirror-enabled");
      const mirrored =
        row !== undefined && mirror?.kind === "mirror-enabled"
          ? ledgerOf("L1", { ...row, enabled: mirror.enabled })
          : ledger;
      const after = reconcile(mirrored, { ...redis, epoch: "L1", flags: flagsAfter(redis, actions) });
      expect(after.filter(({ kind }) => kind !== "reload")).toEqual([]);
    }
  });

  it("takes tables of which Redis was not asked as without keys", () => {
    expect(reconcile(ledgerOf("L1", row), view("L1", {}))).toEqual([
      { kind: "set-enabled", table, enabled: true },
      { kind: "republish", row, ledgerId: "L1", found: undefined },
    ]);
  });

  it("writes the epoch after everything else", () => {
    const ledger = ledgerOf("L1", liveRow({ key: "A" }), liveRow({ key: "z.Z" }));
    const actions = reconcile(ledger, view(undefined, {}));
    expect(actions).toHaveLength(5);
    expect(actions.at(-1)?.kind).toBe("write-epoch");
  });
});
