import { DATA_MESSAGES } from "./error-messages-data.ts";
import { ENGINE_MESSAGES } from "./error-messages-engine.ts";
import { KIND_MESSAGES } from "./error-messages-kind.ts";
import { OBJECT_MESSAGES } from "./error-messages-object.ts";
import { PARSE_MESSAGES } from "./error-messages-parse.ts";
import { STATE_MESSAGES } from "./error-messages-state.ts";
import { VIEW_MESSAGES } from "./error-messages-view.ts";
import type { ErrorMessage } from "./error-message.ts";
import { SqlError } from "./sql-error.ts";

const MESSAGES: ReadonlyMap<number, ErrorMessage> = new Map(
  [
    ...ENGINE_MESSAGES,
    ...PARSE_MESSAGES,
    ...OBJECT_MESSAGES,
    ...VIEW_MESSAGES,
    ...DATA_MESSAGES,
    ...KIND_MESSAGES,
    ...STATE_MESSAGES,
  ].map((message) => [message[0], message]),
);

/** The place holders of sys.messages: %s, %.*ls, %ld, %I64d, %S_MSG, %#016I64x, %% ... */
const PLACE_HOLDER = /%(?:%|S_[A-Z]+|[-+#0 ]*(?:\d+|\*)?(?:\.(?:\d+|\*))?(?:I64|ll|l|h|w)?[diouxXcsfeg])/g;

function fill(template: string, args: readonly (string | number | bigint)[], number: number): string {
  let next = 0;
  const text = template.replace(PLACE_HOLDER, (holder) => {
    if (holder === "%%") return "%";
    const value = args[next++];
    if (value === undefined) throw new Error(`error ${number} needs more arguments than ${args.length}: ${template}`);
    if (!/[xX]$/.test(holder) || typeof value === "string") return String(value);
    const digits = value.toString(16);
    return holder.endsWith("X") ? digits.toUpperCase() : digits;
  });
  if (next < args.length) throw new Error(`error ${number} takes ${next} arguments, not ${args.length}: ${template}`);
  return text;
}

/** Whether `sqlError` knows the number. */
export function hasErrorMessage(number: number): boolean {
  return MESSAGES.has(number);
}

/** The template and severity of a number, for sys.messages and FORMATMESSAGE. */
export function errorMessage(number: number): ErrorMessage | undefined {
  return MESSAGES.get(number);
}

/**
 * The server's error of that number: severity, state and text as documented, the arguments put into the template in
 * order. %S_MSG (an object's kind: "table", "index") takes an argument like any other.
 * @throws Error (a defect of the emulator) for an unknown number or a wrong count of arguments
 */
export function sqlError(number: number, ...args: readonly (string | number | bigint)[]): SqlError {
  const message = MESSAGES.get(number);
  if (message === undefined) throw new Error(`error ${number} is not in the table of error messages`);
  return new SqlError(number, message[1], message[3] ?? 1, fill(message[2], args, number));
}

/** The same with another state than the usual one. */
export function sqlErrorWithState(
  number: number,
  state: number,
  ...args: readonly (string | number | bigint)[]
): SqlError {
  const error = sqlError(number, ...args);
  const withState = new SqlError(number, error.severity, state, error.message);
  return withState;
}
