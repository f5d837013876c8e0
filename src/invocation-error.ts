import { describeError } from "./describe-error.ts";
import type { Redact } from "./log.ts";
import { SettingsError } from "./settings-error.ts";

/**
 * What a failed invocation throws to the host, which writes the outermost message alone: all causes on one line, and no
 * credential in it. The causes themselves stay here: whoever inspects the error would print their texts as they were.
 */
export function invocationError(error: unknown, redact: Redact): Error {
  if (error instanceof SettingsError) return error;
  return new Error(redact(describeError(error)));
}
