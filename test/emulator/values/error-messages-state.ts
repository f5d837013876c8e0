import type { ErrorMessage } from "./error-message.ts";

/** Errors of a database or server that is not as it should be. */
export const STATE_MESSAGES: readonly ErrorMessage[] = [
  [596, 21, "Cannot continue the execution because the session is in the kill state."],
  [927, 14, "Database '%.*ls' cannot be opened. It is in the middle of a restore.", 2],
  [6005, 14, "SHUTDOWN is in progress."],
];
