/** The result of an export (ExportResult of @opentelemetry/core): 0 is success. */
interface Result {
  readonly code: number;
  readonly error?: Error;
}

interface Exporter<Item> {
  export(items: Item, done: (result: Result) => void): void;
}

/**
 * Sees to it that an exporter's failures are told, and that none of them leaves it in another way: one that rejects would end
 * the process.
 * @param failed told of each failure
 * @returns the same exporter
 */
export function watchExporter<Item, E extends Exporter<Item>>(exporter: E, failed: (error: unknown) => void): E {
  // Its type says that nothing comes back; an exporter that is an async function gives a promise all the same.
  const send: (items: Item, done: (result: Result) => void) => unknown = exporter.export.bind(exporter);
  exporter.export = (items, done) => {
    let told = false;
    const end = (result: Result): void => {
      // Application Insights' exporter calls twice, the second time with a success.
      if (told) return;
      told = true;
      if (result.code !== 0) failed(result.error ?? new Error("the endpoint did not take it"));
      done(result);
    };
    new Promise<unknown>((resolve) => resolve(send(items, end))).catch((error: unknown) =>
      end({ code: 1, error: error instanceof Error ? error : new Error("export failed", { cause: error }) }),
    );
  };
  return exporter;
}
