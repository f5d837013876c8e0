import type { Role } from "./role.ts";

/** What was asked of a database could not be done; knows of which one. */
export class StatementFailed extends Error {
  /** undefined: of a connection that is neither's. */
  readonly role: Role | undefined;

  constructor(role: Role | undefined, attempted: string, cause: unknown) {
    super(attempted, { cause });
    this.role = role;
  }
}
