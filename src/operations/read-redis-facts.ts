import { ErrorReply } from "redis";
import type { Clock } from "../clock.ts";
import type { RedisConnection } from "../state/connect-redis.ts";
import type { ClockReading } from "./clock-findings.ts";
import { readingOf } from "./read-server-facts.ts";
import { type RedisFacts, redisFacts } from "./redis-facts.ts";

const settings = ["maxmemory-policy", "maxmemory", "appendonly", "save"];

/** As much as this Redis tells this login. @throws RedisUnavailable */
export function readRedisFacts(redis: RedisConnection): Promise<RedisFacts> {
  return redis.run("look at the settings", async (client) => {
    const [info, ...config] = await Promise.all([
      unlessRefused(client.info()),
      // One at a time: before 7.0 CONFIG GET takes a single name.
      ...settings.map((name) => unlessRefused(client.configGet(name))),
    ]);
    return redisFacts(info, Object.assign({}, ...config) as Record<string, string>);
  });
}

/** undefined where TIME is refused. @throws RedisUnavailable */
export function readRedisClock(redis: RedisConnection, clock: Pick<Clock, "now">): Promise<ClockReading | undefined> {
  return redis.run("read the clock", async (client) => {
    const asked = clock.now();
    const time = await unlessRefused(client.time());
    if (time === undefined) return undefined;
    const [seconds, microseconds] = time;
    return readingOf("redis", asked, clock.now(), Number(seconds) * 1000 + Number(microseconds) / 1000);
  });
}

/** Managed services and narrow rights refuse some commands: that is no failure of the connection. */
async function unlessRefused<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ErrorReply) return undefined;
    throw error;
  }
}
