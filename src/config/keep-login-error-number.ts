import type { Connection } from "tedious";

/**
 * The driver drops the number of a refused login and keeps its text alone, in the server's language. This puts the first
 * number (4060 comes before the general 18456) on the error that the connection attempt ends with. For `beforeConnect`.
 */
export function keepLoginErrorNumber(connection: Connection): void {
  let number: number | undefined;
  connection.on("errorMessage", (message: { number?: unknown }) => {
    if (typeof message.number === "number") number ??= message.number;
  });
  connection.once("connect", (error?: Error) => {
    if (error !== undefined && number !== undefined) Object.assign(error, { number });
    number = undefined;
  });
}
