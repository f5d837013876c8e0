import { fork, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { AppSettings } from "./app-settings.ts";
import { deferred, type Deferred } from "./deferred.ts";
import type { FromWorker, FunctionMetadata, LogLine, ToWorker, TypedData } from "./worker/worker-message.ts";

/** Built by `npm run build`: the worker is started often and must not wait for a TypeScript loader. */
const workerFile = join(import.meta.dirname, "../../dist/test/host/worker/main.js");

export interface WorkerOptions {
  readonly appFolder: string;
  readonly settings: AppSettings;
  readonly onLog: (line: LogLine) => void;
  /** Once, whatever ended it. Invocations in flight have been rejected before. */
  readonly onExit: (exit: { readonly code: number | null; readonly signal: NodeJS.Signals | null }) => void;
}

type Pending = Deferred<TypedData | undefined>;

/** The process that runs the app's functions. */
export class WorkerProcess {
  readonly pid: number;
  /** The functions that the app registered. Rejects where the process ends before it has loaded them. */
  readonly ready: Promise<readonly FunctionMetadata[]>;
  readonly exited: Promise<void>;
  readonly #child: ChildProcess;
  readonly #pending = new Map<string, Pending>();
  readonly #onLog: (line: LogLine) => void;

  constructor(options: WorkerOptions) {
    if (!existsSync(workerFile)) throw new Error(`${workerFile} is missing: run "npm run build" first`);
    this.#onLog = options.onLog;
    this.#child = fork(workerFile, [options.appFolder], {
      cwd: options.appFolder,
      env: { ...process.env, ...options.settings, FUNCTIONS_WORKER_RUNTIME: "node" },
      execArgv: ["--enable-source-maps"],
      serialization: "advanced",
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    const started = deferred<readonly FunctionMetadata[]>();
    const exited = deferred<void>();
    this.ready = started.promise;
    this.ready.catch(() => undefined);
    this.exited = exited.promise;
    this.pid = this.#child.pid ?? -1;

    this.#child.on("message", (message: FromWorker) => {
      if (message.kind === "ready") started.resolve(message.functions);
      else if (message.kind === "log") this.#onLog(message.line);
      else if (message.kind === "done") this.#take(message.invocationId)?.resolve(message.returnValue);
      else this.#take(message.invocationId)?.reject(functionError(message.message, message.stack));
    });
    this.#child.on("error", (error) => this.#onLog({ level: "error", category: "Host", message: error.message }));
    this.#child.on("exit", (code, signal) => {
      const gone = new Error(`The worker process ended (${signal ?? `exit code ${code}`}).`);
      started.reject(gone);
      for (const pending of this.#pending.values()) pending.reject(gone);
      this.#pending.clear();
      exited.resolve();
      options.onExit({ code, signal });
    });
    this.#forward(this.#child.stdout, "information");
    this.#forward(this.#child.stderr, "error");
  }

  /** @throws what the function threw, or that the worker ended meanwhile */
  invoke(functionName: string, bindingName: string, data: TypedData, invocationId = randomUUID()) {
    const invocation = deferred<TypedData | undefined>();
    this.#pending.set(invocationId, invocation);
    this.#send({ kind: "invoke", invocationId, functionName, bindingName, data }, (error) =>
      this.#take(invocationId)?.reject(error),
    );
    return invocation.promise;
  }

  /** appTerminate hooks, then the end of the process. */
  terminate(): void {
    this.#send({ kind: "terminate" }, () => undefined);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  #send(message: ToWorker, failed: (error: Error) => void): void {
    if (!this.#child.connected) return failed(new Error("The worker process has ended."));
    this.#child.send(message, (error) => {
      if (error !== null) failed(error);
    });
  }

  #take(invocationId: string): Pending | undefined {
    const pending = this.#pending.get(invocationId);
    this.#pending.delete(invocationId);
    return pending;
  }

  #forward(stream: NodeJS.ReadableStream | null, level: LogLine["level"]): void {
    if (stream === null) return;
    createInterface({ input: stream }).on("line", (message) => this.#onLog({ level, category: "Console", message }));
  }
}

function functionError(message: string, stack: string): Error {
  const error = new Error(message);
  if (stack !== "") error.stack = stack;
  return error;
}
