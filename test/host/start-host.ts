import { randomBytes, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import type { AppSettings } from "./app-settings.ts";
import { functionApp, type FunctionApp, type TimerFunction } from "./function-app.ts";
import { readHostJson } from "./host-json.ts";
import { answerHttp, type HostKeys } from "./http-front.ts";
import { TimerListener } from "./timer-listener.ts";
import { WorkerProcess } from "./worker-process.ts";
import type { LogLine, TypedData } from "./worker/worker-message.ts";

export interface HostOptions {
  /** App settings; they win over the environment of this process, which the app sees as well. */
  readonly settings: AppSettings;
  /** The folder with host.json and package.json. Default: the current one. */
  readonly cwd?: string;
  /** 0 (default): any free one. */
  readonly port?: number;
  readonly onLog?: (line: LogLine) => void;
  /** Keys; made up where they are not given. */
  readonly keys?: Partial<HostKeys>;
  /** Whether a worker that died is started again, as a real host does (default true). */
  readonly restartWorker?: boolean;
}

export interface LocalHost {
  /** `http://127.0.0.1:<port>`, without the route prefix. */
  readonly url: string;
  /** For `x-functions-key` or `?code=`. */
  readonly key: string;
  readonly masterKey: string;
  /** The worker that runs the app now. */
  readonly pid: number;
  /** Names of the functions that are served. Waits for the worker. */
  functions(): Promise<string[]>;
  /**
   * Runs a timer function now, beside its schedule, and waits for its end.
   * @throws what the function threw
   */
  invoke(name: string): Promise<void>;
  /**
   * As SIGTERM to a real host: timers in flight are waited for, an overdue one may still start, then the appTerminate
   * hooks run and the worker ends, whatever it is in the middle of.
   */
  stop(): Promise<void>;
  /** Sends a signal to the worker alone and, for SIGKILL and SIGTERM, waits until it is gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** Serves the function app of a folder on loopback. Resolves when its worker has loaded the functions. */
export async function startHost(options: HostOptions): Promise<LocalHost> {
  const host = new FunctionsHost(options);
  await host.start(options.port ?? 0);
  return host;
}

class FunctionsHost implements LocalHost {
  readonly #options: HostOptions;
  readonly #appFolder: string;
  readonly #keys: HostKeys;
  readonly #log: (line: LogLine) => void;
  readonly #server = createServer();
  readonly #hostJson;
  #worker: WorkerProcess;
  #app: Promise<FunctionApp>;
  #listeners: TimerListener[] | undefined;
  #stopping = false;
  #startFailures = 0;
  url = "";

  constructor(options: HostOptions) {
    this.#options = options;
    this.#appFolder = resolve(options.cwd ?? ".");
    this.#keys = {
      function: options.keys?.function ?? randomBytes(24).toString("base64url"),
      master: options.keys?.master ?? randomBytes(24).toString("base64url"),
    };
    this.#log = options.onLog ?? (() => undefined);
    this.#hostJson = readHostJson(this.#appFolder);
    [this.#worker, this.#app] = this.#startWorker();
  }

  get key(): string {
    return this.#keys.function;
  }

  get masterKey(): string {
    return this.#keys.master;
  }

  get pid(): number {
    return this.#worker.pid;
  }

  async start(port: number): Promise<void> {
    const front = {
      routePrefix: this.#hostJson.routePrefix,
      keys: this.#keys,
      baseUrl: () => this.url,
      app: () => this.#app,
      invoke: (name: string, bindingName: string, data: TypedData, reason: string) =>
        this.#invoke(name, bindingName, data, reason),
      invokeTimer: (name: string) => this.invoke(name),
    };
    this.#server.on("request", (request, response) => {
      answerHttp(front, request, response).catch((error: unknown) => {
        this.#log({ level: "error", category: "Host", message: `${request.method} ${request.url}: ${String(error)}` });
        if (response.headersSent) response.destroy();
        else response.writeHead(503).end();
      });
    });
    await new Promise<void>((listening, failed) => {
      this.#server.once("error", failed);
      this.#server.listen(port, "127.0.0.1", listening);
    });
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    try {
      this.#startTimers(await this.#app);
    } catch (error) {
      await this.stop();
      throw new Error(`start the function app in ${this.#appFolder}`, { cause: error });
    }
  }

  async functions(): Promise<string[]> {
    const app = await this.#app;
    return [...app.http, ...app.timers].map(({ name }) => name).sort();
  }

  async invoke(name: string): Promise<void> {
    const timer = (await this.#app).timers.find((candidate) => candidate.name === name);
    if (timer === undefined) throw new Error(`the app has no timer function '${name}'`);
    const input = { Schedule: { AdjustForDST: true }, ScheduleStatus: null, IsPastDue: false };
    await this.#runTimer(timer, input, "This function was programmatically called via the host APIs.");
  }

  async stop(): Promise<void> {
    if (this.#stopping) return this.#worker.exited;
    this.#stopping = true;
    await Promise.all((this.#listeners ?? []).map((listener) => listener.stop()));
    const closed = new Promise((done) => this.#server.close(done));
    this.#server.closeIdleConnections();
    this.#worker.terminate();
    await this.#worker.exited;
    this.#server.closeAllConnections();
    await closed;
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    const worker = this.#worker;
    worker.kill(signal);
    if (signal === "SIGKILL" || signal === "SIGTERM") await worker.exited;
  }

  #startWorker(): [WorkerProcess, Promise<FunctionApp>] {
    const startedAt = Date.now();
    const worker = new WorkerProcess({
      appFolder: this.#appFolder,
      settings: this.#options.settings,
      onLog: this.#log,
      onExit: ({ code, signal }) => this.#workerEnded(code, signal),
    });
    const app = worker.ready.then((functions) => {
      this.#startFailures = 0;
      const message = `Worker ${worker.pid} loaded ${functions.length} functions in ${Date.now() - startedAt} ms`;
      this.#log({ level: "information", category: "Host.Startup", message });
      return functionApp(functions, { ...process.env, ...this.#options.settings } as AppSettings, this.#log);
    });
    app.catch(() => undefined);
    return [worker, app];
  }

  #workerEnded(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#stopping) return;
    const message = `The worker process ended (${signal ?? `exit code ${code}`}).`;
    this.#log({ level: "error", category: "Host", message });
    if (this.#options.restartWorker === false) return;
    // A worker that cannot even load would be started over and over without a pause.
    const delay = Math.min(this.#startFailures * 1000, 10_000);
    this.#startFailures += 1;
    const next = new Promise<FunctionApp>((settle, fail) => {
      setTimeout(() => {
        if (this.#stopping) return fail(new Error("the host is stopping"));
        const [worker, app] = this.#startWorker();
        this.#worker = worker;
        app.then(settle, fail);
      }, delay);
    });
    next.catch(() => undefined);
    this.#app = next;
  }

  #startTimers(app: FunctionApp): void {
    this.#listeners = app.timers.map(
      (timer) =>
        new TimerListener({
          schedule: timer.schedule,
          useMonitor: timer.useMonitor,
          runOnStartup: timer.runOnStartup,
          run: (input, reason) => this.#runTimer(timer, input, reason),
        }),
    );
    for (const listener of this.#listeners) listener.start();
  }

  async #runTimer(timer: TimerFunction, input: object, reason: string): Promise<void> {
    await this.#invoke(timer.name, timer.bindingName, { json: JSON.stringify(input) }, reason);
  }

  /** One invocation, with its two lines of log and its time limit: past it the whole worker is started anew. */
  async #invoke(name: string, bindingName: string, data: TypedData, reason: string): Promise<TypedData | undefined> {
    await this.#app;
    const worker = this.#worker;
    const invocationId = randomUUID();
    const startedAt = Date.now();
    const log = (level: LogLine["level"], message: string): void =>
      this.#log({ level, category: `Function.${name}`, message, invocationId });
    log("information", `Executing 'Functions.${name}' (Reason='${reason}', Id=${invocationId})`);
    const limit = setTimeout(() => {
      log("error", `Timeout value exceeded by function '${name}' (Id: '${invocationId}'). Restarting the worker.`);
      worker.kill("SIGKILL");
    }, this.#hostJson.functionTimeoutMs);
    const ended = (how: string): string =>
      `Executed 'Functions.${name}' (${how}, Id=${invocationId}, Duration=${Date.now() - startedAt}ms)`;
    try {
      const value = await worker.invoke(name, bindingName, data, invocationId);
      log("information", ended("Succeeded"));
      return value;
    } catch (error) {
      log("error", `${ended("Failed")}\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      throw error;
    } finally {
      clearTimeout(limit);
    }
  }
}
