/**
 * An error as the server reports it: number, severity (class), state and text are what a client sees in the ERROR token.
 * Raised by number through `sqlError` in error-table.ts, so that every text stands in one place.
 */
export class SqlError extends Error {
  override readonly name = "SqlError";
  readonly number: number;
  readonly severity: number;
  readonly state: number;
  /** Filled in by the engine: the line in the batch or module, and the module's name. */
  line = 1;
  procedure = "";

  constructor(number: number, severity: number, state: number, message: string) {
    super(message);
    this.number = number;
    this.severity = severity;
    this.state = state;
  }
}

/**
 * The emulator met something that it does not know. Reaches the client as error 50000 + severity 20 text
 * `Unsupported: <clause>`; it ends the batch and rolls the transaction back, cannot be caught by TRY/CATCH, and is kept
 * in the emulator's `unsupported` list so that tests can assert that it is empty.
 */
export class Unsupported extends Error {
  override readonly name = "Unsupported";

  constructor(clause: string) {
    super(`Unsupported: ${clause}`);
  }
}
