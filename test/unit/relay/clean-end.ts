import { afterEach, beforeEach, expect } from "vitest";
import { Request, type Connection } from "tedious";
import { isUsable } from "../../../src/relay/driver-hook.ts";
import type { RelayError } from "../../../src/relay/relay-error.ts";
import type { Script } from "./scripted-server.ts";
import { done } from "./tds-tokens.ts";

/** A batch that `answersAgain` answers whatever the script says, to see whether a connection works on. */
export const AGAIN = "again";

/** The script of a server that goes on as if nothing had been when the relay is over. */
export function answersAgain(script: Script): Script {
  return {
    ...script,
    onMessage: (message, side) => {
      if (message.type === 1 && message.text === AGAIN) side.send(done(0));
      else script.onMessage(message, side);
    },
  };
}

/**
 * What a relay must end in, whatever the servers do: in time, with a RelayError that has a cause and knows the state of both connections;
 * each of them takes another request, or is closed.
 */
export async function cleanFailure(
  relay: Promise<unknown>,
  { reader, writer }: { readonly reader: Connection; readonly writer: Connection },
  withinMs: number,
): Promise<RelayError> {
  const thrown = (await inTime(
    relay.then(
      (result) => ({ result }),
      (error: unknown) => error,
    ),
    withinMs,
    "the relay",
  )) as RelayError;
  expect(thrown).toMatchObject({ name: "RelayError" });
  expect(thrown.cause).toBeInstanceOf(Error);
  expect(thrown.sourceUsable).toBe(isUsable(reader));
  // A read that fails before it has rows knows nothing of the other connection.
  if (thrown.targetUsable) expect(isUsable(writer)).toBe(true);
  await inTime(Promise.all([reader, writer].map(usableOrClosed)), withinMs, "the connections");
  return thrown;
}

/** Resolves when the connection has answered one more request, or cannot be used any more. */
async function usableOrClosed(connection: Connection): Promise<void> {
  if (!isUsable(connection)) {
    const error = await new Promise<Error | null | undefined>((resolve) =>
      connection.execSqlBatch(new Request(AGAIN, resolve)),
    );
    expect(error).toMatchObject({ code: "EINVALIDSTATE" });
    expect(error!.message).toContain("not the Final state");
    return;
  }
  await new Promise<void>((resolve, reject) =>
    connection.execSqlBatch(new Request(AGAIN, (error) => (error ? reject(error) : resolve()))),
  );
}

async function inTime<T>(promise: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not end within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Makes each test of the file fail that lets an error escape which would end the process. */
export function failOnEscapedErrors(): void {
  const escaped: unknown[] = [];
  const note = (error: unknown): void => void escaped.push(error);
  beforeEach(() => {
    process.on("uncaughtException", note).on("unhandledRejection", note);
  });
  afterEach(() => {
    process.off("uncaughtException", note).off("unhandledRejection", note);
    expect(escaped.splice(0)).toEqual([]);
  });
}
