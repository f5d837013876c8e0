import { parseArgs } from "node:util";
import { type ControlReply, emulatorControl } from "./emulator-control.ts";
import { DEFAULT_PASSWORD, type Emulator, startEmulator } from "./start-emulator.ts";

const HELP = `SQL Server emulator for development and tests. Listens on 127.0.0.1 only; everything is in memory.

  npm run emulator -- [options]

  --port NUMBER            default 1434; 0 takes a free one
  --password TEXT          of the login sa, default ${DEFAULT_PASSWORD}
  --require-encryption     refuse clients that do not encrypt
  --help                   this text

Environment: EMULATOR_STATEMENT_LOG names a file to which every distinct statement is appended as a JSON line.
Ends on SIGINT or SIGTERM.`;

interface Arguments {
  readonly port: number;
  readonly password: string;
  readonly requireEncryption: boolean;
}

/** @throws Error with a text for the user */
function readArguments(argv: readonly string[]): Arguments | "help" {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      port: { type: "string", default: "1434" },
      password: { type: "string", default: DEFAULT_PASSWORD },
      "require-encryption": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65535) {
    throw new Error(`--port ${values.port}: a number from 0 to 65535 is needed`);
  }
  if (values.password === "") throw new Error("--password: may not be empty");
  return { port: Number(values.port), password: values.password, requireEncryption: values["require-encryption"] };
}

/** Settles when the process should end: a signal, or the parent that forked it is gone. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
    process.once("disconnect", () => resolve());
  });
}

async function serve(emulator: Emulator): Promise<void> {
  const stopped = untilStopped();
  const send = process.send?.bind(process);
  if (send !== undefined) {
    const reply = (message: ControlReply): void => {
      if (process.connected) send(message);
    };
    process.on("message", emulatorControl(emulator, reply));
    reply({ type: "ready", port: emulator.port, url: emulator.url });
  }
  console.log(`SQL Server emulator ready: ${emulator.url}`);
  await stopped;
  await emulator.close();
  if (process.connected) process.disconnect();
}

async function main(): Promise<number> {
  let read: Arguments | "help";
  try {
    read = readArguments(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    return 2;
  }
  if (read === "help") {
    console.log(HELP);
    return 0;
  }
  try {
    const { port, password } = read;
    await serve(await startEmulator({ port, password, encryption: read.requireEncryption ? "required" : "supported" }));
    return 0;
  } catch (error) {
    const inUse = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
    console.error(inUse ? `port ${read.port} on 127.0.0.1 is in use: choose another with --port` : error);
    return 1;
  }
}

process.exitCode = await main();
