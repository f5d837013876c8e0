import { createClient } from "redis";
import { until } from "./until.ts";

/** The operator's two ways in: Redis keys and HTTP calls. */
export interface Operator {
  get(key: string): Promise<string | null>;
  set(key: string, value: string): Promise<void>;
  /** One call of the HTTP API; tried again while the app is away, as an operator would. */
  call(method: "GET" | "POST", path: string): Promise<unknown>;
  /** The same, one try. */
  callOnce(method: "GET" | "POST", path: string): Promise<unknown>;
  /** Takes the leases of a dead app away, which would run out by themselves after ten seconds. */
  removeLeases(): Promise<void>;
  close(): Promise<void>;
}

export const keyPrefix = "mssql_sync";

export async function startOperator(redisUrl: string, app: () => { url: string; key: string }): Promise<Operator> {
  const redis = createClient({ url: redisUrl });
  redis.on("error", () => undefined);
  await redis.connect();
  return {
    get: (key) => redis.get(`${keyPrefix}:${key}`),
    set: async (key, value) => void (await redis.set(`${keyPrefix}:${key}`, value)),
    callOnce: (method, path) => callOnce(app, method, path),
    call: (method, path) =>
      until(`${method} ${path} answered`, async () => callOnce(app, method, path), { seconds: 30 }),
    removeLeases: async () => {
      const leases = await redis.keys(`${keyPrefix}:*lease:*`);
      if (leases.length > 0) await redis.del(leases);
    },
    close: () => redis.close(),
  };
}

/** @throws where the answer says that another try may help; other refusals are no answer that the demo expects */
async function callOnce(current: () => { url: string; key: string }, method: string, path: string): Promise<unknown> {
  const app = current();
  const response = await fetch(`${app.url}${path}`, {
    method,
    headers: { "x-functions-key": app.key },
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === "" ? {} : JSON.parse(text);
}
