import { parseArgs } from "node:util";
import { readLocalSettings } from "./app-settings.ts";
import { startHost } from "./start-host.ts";
import type { LogLine } from "./worker/worker-message.ts";

const usage = `Serves the built function app on loopback, without Azure Functions Core Tools.

  npx tsx test/host/cli.ts [--port 7071] [--cwd FOLDER] [--key KEY] [--master KEY]

Settings come from the environment, then from Values of local.settings.json. Ctrl-C ends it as SIGTERM ends a real host.`;

function print(line: LogLine): void {
  const text = `[${new Date().toISOString()}] ${line.level.padEnd(11)} ${line.category}: ${line.message}`;
  if (line.level === "error" || line.level === "critical") console.error(text);
  else console.log(text);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "7071" },
      cwd: { type: "string", default: "." },
      key: { type: "string" },
      master: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(usage);
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error(`--port ${values.port}: no port`);
  // As with func: what the environment says already is not overwritten by the file.
  const settings = Object.fromEntries(
    Object.entries(readLocalSettings(values.cwd)).filter(([name]) => process.env[name] === undefined),
  );
  const host = await startHost({
    settings,
    cwd: values.cwd,
    port,
    onLog: print,
    keys: {
      ...(values.key === undefined ? {} : { function: values.key }),
      ...(values.master === undefined ? {} : { master: values.master }),
    },
  });
  console.log(`Functions: ${(await host.functions()).join(", ")}`);
  console.log(`${host.url}  function key ${host.key}  master key ${host.masterKey}`);
  const stop = (): void => void host.stop();
  process.once("SIGINT", stop).once("SIGTERM", stop);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
