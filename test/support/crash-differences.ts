import { isDeepStrictEqual } from "node:util";
import type { CrashDatabase, CrashServers, Moment } from "./crash-servers.ts";

interface LedgerView {
  readonly table_name: string;
  readonly state: string;
  readonly watermark: string;
  readonly delta_to: string | null;
  readonly load_id: string;
  readonly enabled: boolean;
}

/** What each table's rows are compared by: every value, and its bytes. */
const contents: Readonly<Record<string, string>> = {
  A: "SELECT id, name, amount, CAST(name AS varbinary(max)) AS bytes FROM dbo.A ORDER BY id;",
  B: "SELECT code, note, CAST(code AS varbinary(max)) AS bytes, CAST(note AS varbinary(max)) AS more FROM dbo.B ORDER BY code;",
};
const modules =
  "SELECT o.name, m.definition FROM sys.sql_modules AS m JOIN sys.objects AS o ON o.object_id = m.object_id ORDER BY o.name;";

/** By table: the number of its last load. */
export async function loadNumbers({ replica }: CrashServers): Promise<Map<string, string>> {
  return new Map((await readLedger(replica)).map(({ table_name, load_id }) => [table_name, load_id]));
}

/**
 * What keeps the servers from being where they belong after everything has gone well: replica == primary, each table that
 * is enabled live, ledger and Redis of one mind, flags as operators left them and orders obeyed once, nothing left over.
 */
export async function crashDifferences(
  servers: CrashServers,
  expected: { readonly from: Moment; readonly loads: ReadonlyMap<string, string> },
): Promise<string[]> {
  const { primary, replica } = servers;
  const wrong: string[] = [];
  const expect = (what: string, found: unknown, wanted: unknown): void => {
    if (!isDeepStrictEqual(found, wanted))
      wrong.push(`${what}: ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
  };
  const ledger = new Map((await readLedger(replica)).map((row) => [row.table_name, row]));
  const keys = await servers.redisKeys();
  const [{ id: ledgerId } = { id: undefined }] = await replica.run("SELECT id FROM mssql_sync.ledger_identity;");

  expect("the epoch", keys.get("epoch"), String(ledgerId).toLowerCase());
  for (const name of keys.keys()) {
    if (/^(error|progress|cursor|lease|app_lease|force_full_load):/.test(name)) wrong.push(`${name} is left over`);
  }
  expect("URLs", [keys.has("config:primary_url"), keys.has("config:replica_url")], [true, true]);
  for (const [table, query] of Object.entries(contents)) {
    const enabled = expected.from.redis.get(`enabled:${table}`) ?? "false";
    expect(`enabled:${table}`, keys.get(`enabled:${table}`), enabled);
    if (enabled !== "true") continue;
    const row = ledger.get(table);
    const { state, delta_to, load_id } = row ?? {};
    expect(
      `the ledger of ${table}`,
      { state, delta_to, load_id, enabled: row?.enabled },
      {
        state: "live",
        delta_to: null,
        load_id: expected.loads.get(table),
        enabled: true,
      },
    );
    expect(`version:${table}`, keys.get(`version:${table}`), row?.watermark);
    const published = JSON.stringify({ version: row?.watermark, ledgerId: String(ledgerId).toLowerCase() });
    expect(`published:${table}`, keys.get(`published:${table}`), published);
    if (state === undefined) continue;
    expect(`the rows of ${table}`, await replica.run(query), await primary.run(query));
  }
  if (expected.from.redis.has("module_run") || keys.has("module_run")) {
    expect("the modules", await replica.run(modules), await primary.run(modules));
  }
  return wrong;
}

async function readLedger(replica: CrashDatabase): Promise<LedgerView[]> {
  const rows = await replica.run(
    "SELECT table_name, state, watermark, delta_to, load_id, enabled FROM mssql_sync.ledger WHERE watermark IS NOT NULL;",
  );
  return rows as unknown as LedgerView[];
}
