import { decimal, INT, nvarchar, SMALLINT, TINYINT, varbinary } from "../../values/coerce-type.ts";
import { sqlError } from "../../values/error-table.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlType, SqlValue } from "../../values/sql-type.ts";
import { NO_SLOTS, type Compiled } from "../expressions/compiled.ts";
import type { Runtime } from "../runtime.ts";
import { optionBits } from "../session/session-options.ts";

/** What @@VERSION says: the emulator does not pass itself off as the server. */
export const SERVER_VERSION = "16.0.4135.4";
const VERSION_TEXT = `Microsoft SQL Server 2022 (RTM-CU14) - ${SERVER_VERSION} (X64) \n\tEmulator for tests on Node.js`;

interface GlobalVariable {
  readonly type: SqlType;
  readonly read: (runtime: Runtime) => SqlValue;
}

const VARIABLES: Readonly<Record<string, GlobalVariable>> = {
  "@@version": { type: nvarchar(300), read: () => VERSION_TEXT },
  "@@trancount": { type: INT, read: ({ session }) => session.transactions.count },
  "@@rowcount": {
    type: INT,
    read: ({ session }) => {
      if (session.rowCount > 2147483647n) throw sqlError(8115, "expression", "int");
      return Number(session.rowCount);
    },
  },
  "@@error": { type: INT, read: ({ session }) => session.lastError },
  "@@spid": { type: SMALLINT, read: ({ session }) => session.spid },
  "@@identity": {
    type: decimal(38, 0),
    read: ({ session }) => session.lastIdentity,
  },
  "@@options": { type: INT, read: ({ session }) => optionBits(session.options) },
  "@@servername": { type: nvarchar(128), read: ({ session }) => session.engine.server.name },
  "@@servicename": { type: nvarchar(128), read: () => "MSSQLSERVER" },
  "@@language": { type: nvarchar(128), read: ({ session }) => session.options.language },
  "@@langid": { type: SMALLINT, read: () => 0 },
  "@@datefirst": { type: TINYINT, read: ({ session }) => session.options.dateFirst },
  "@@lock_timeout": { type: INT, read: ({ session }) => session.options.lockTimeout },
  "@@nestlevel": { type: INT, read: ({ scope }) => scope.nesting },
  "@@procid": { type: INT, read: ({ scope }) => scope.procedureId },
  "@@max_precision": { type: TINYINT, read: () => 38 },
  "@@max_connections": { type: INT, read: () => 32767 },
  "@@textsize": { type: INT, read: ({ session }) => session.options.textSize },
  "@@microsoftversion": { type: INT, read: () => 0x10001027 },
  "@@dbts": {
    type: varbinary(8),
    read: ({ session }) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64BE(session.currentDatabase.lastRowVersion);
      return bytes;
    },
  },
};

/** @throws Unsupported: one that is not here */
export function globalVariable(name: string): Compiled {
  const variable = VARIABLES[name];
  if (!variable) throw new Unsupported(name);
  return {
    type: variable.type,
    nullable: true,
    evaluate: variable.read,
    slots: NO_SLOTS,
    collation: "coercible",
    text: name,
  };
}
