import { type Context, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import type { TraceParent } from "./telemetry.ts";

/** version "-" trace-id "-" parent-id "-" flags: https://www.w3.org/TR/trace-context/#traceparent-header */
const format = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** The context of the host's span; the root where the host gives none, or none that makes sense. */
export function parentContext(parent: TraceParent | undefined): Context {
  const [, traceId, spanId, flags] = format.exec(parent?.traceParent ?? "") ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: parseInt(flags, 16) & 1, isRemote: true });
}
