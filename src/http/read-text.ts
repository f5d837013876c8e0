import type { HttpRequest } from "@azure/functions";

/** The parts of a request that its body is read from. */
export type BodyRequest = Pick<HttpRequest, "headers" | "text"> & Partial<Pick<HttpRequest, "body">>;

/** The body as text; undefined where it is larger. No more of it is read than that takes. */
export async function readText(request: BodyRequest, maxBytes: number): Promise<string | undefined> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) return undefined;
  const { body } = request;
  if (body === undefined || body === null) {
    const text = await request.text();
    return Buffer.byteLength(text) > maxBytes ? undefined : text;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop cancels the stream.
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array | string>) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > maxBytes) return undefined;
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString();
}
