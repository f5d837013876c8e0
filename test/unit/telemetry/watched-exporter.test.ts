import { expect, it, vi } from "vitest";
import { watchExporter } from "../../../src/telemetry/watched-exporter.ts";

type Done = (result: { readonly code: number; readonly error?: Error }) => void;

function run(send: (items: string, done: Done) => unknown) {
  const failed = vi.fn();
  const exporter = watchExporter({ export: (items: string, done: Done) => send(items, done) }, failed);
  return new Promise<{ code: number; failed: unknown[] }>((resolve) => {
    void exporter.export("items", ({ code }) => resolve({ code, failed: failed.mock.calls.flat() as unknown[] }));
  });
}

it("hands on what the exporter says", async () => {
  expect(await run((_, done) => done({ code: 0 }))).toEqual({ code: 0, failed: [] });
  const error = new Error("no");
  expect(await run((_, done) => done({ code: 1, error }))).toEqual({ code: 1, failed: [error] });
});

it("takes the first word of one that speaks twice", async () => {
  const { code, failed } = await run((_, done) => {
    done({ code: 1 });
    done({ code: 0 });
  });
  expect([code, failed.length]).toEqual([1, 1]);
});

it("makes a result of what an exporter throws or rejects with", async () => {
  const error = new Error("broken");
  const thrown = await run(() => {
    throw error;
  });
  expect(thrown).toEqual({ code: 1, failed: [error] });
  expect(await run(() => Promise.reject(error))).toEqual({ code: 1, failed: [error] });
});
