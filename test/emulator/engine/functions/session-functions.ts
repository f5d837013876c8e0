import { decimal, INT, nvarchar, SMALLINT, SQL_VARIANT, SYSNAME, varbinary, BIGINT } from "../../values/coerce-type.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { SqlType, SqlValue } from "../../values/sql-type.ts";
import type { Runtime } from "../runtime.ts";

import { findObject, parseName } from "../session/resolve-name.ts";
import { SERVER_VERSION } from "./global-variables.ts";
import type { ScalarFunction } from "./scalar-function.ts";

/** Functions about the session, its errors, its identity values and the server. */

const ofSession = (name: string, result: SqlType, read: (runtime: Runtime) => SqlValue): ScalarFunction => ({
  name,
  parameters: [],
  result,
  mayBeNull: true,
  evaluate: (_, runtime) => read(runtime),
});

const ofError = (
  name: string,
  result: SqlType,
  read: (error: NonNullable<ReturnType<Runtime["scope"]["currentError"]>>) => SqlValue,
): ScalarFunction =>
  ofSession(name, result, (runtime) => {
    const error = runtime.scope.currentError();
    return error ? read(error) : null;
  });

function identityOf(
  text: string,
  runtime: Runtime,
): { seed: bigint; increment: bigint; last: bigint | undefined } | undefined {
  const object = findObject(parseName(text), runtime.session, runtime.scope)?.object;
  if (object?.kind !== "table") return undefined;
  const column = object.columns.find((candidate) => candidate.identity);
  return (
    column?.identity && {
      seed: column.identity.seed,
      increment: column.identity.increment,
      last: object.store.lastIdentity,
    }
  );
}

const variant = (value: string | number | null, type: SqlType = SYSNAME): SqlValue =>
  value === null ? null : { type, value };

function serverProperty(name: string, runtime: Runtime): SqlValue {
  const { server } = runtime.session.engine;
  switch (name.toLowerCase()) {
    case "productversion":
      return variant(SERVER_VERSION);
    case "productmajorversion":
      return variant("16");
    case "productminorversion":
      return variant("0");
    case "productlevel":
      return variant("RTM");
    case "productupdatelevel":
      return variant("CU14");
    case "edition":
      return variant("Developer Edition (64-bit)");
    case "engineedition":
      return variant(3, INT);
    case "servername":
    case "machinename":
      return variant(server.name);
    case "instancename":
      return null;
    case "collation":
      return variant(server.collation);
    case "isclustered":
    case "ishadrenabled":
    case "isintegratedsecurityonly":
    case "isfulltextinstalled":
    case "issingleuser":
      return variant(0, INT);
    default:
      throw new Unsupported(`SERVERPROPERTY('${name}')`);
  }
}

function sessionProperty(name: string, runtime: Runtime): SqlValue {
  const { options } = runtime.session;
  const settings: Readonly<Record<string, boolean>> = {
    ansi_nulls: options.ansiNulls,
    ansi_padding: options.ansiPadding,
    ansi_warnings: options.ansiWarnings,
    arithabort: options.arithAbort,
    concat_null_yields_null: options.concatNullYieldsNull,
    numeric_roundabort: options.numericRoundAbort,
    quoted_identifier: options.quotedIdentifier,
  };
  const on = settings[name.toLowerCase()];
  return on === undefined ? null : variant(on ? 1 : 0, INT);
}

export const sessionFunctions: readonly ScalarFunction[] = [
  ofSession("XACT_STATE", SMALLINT, ({ session }) => session.transactions.state),
  ofSession("SCOPE_IDENTITY", decimal(38, 0), ({ scope }) => scope.scopeIdentity),
  ofError("ERROR_NUMBER", INT, (error) => error.number),
  ofError("ERROR_SEVERITY", INT, (error) => error.severity),
  ofError("ERROR_STATE", INT, (error) => error.state),
  ofError("ERROR_LINE", INT, (error) => error.line),
  ofError("ERROR_MESSAGE", nvarchar(4000), (error) => error.message),
  ofError("ERROR_PROCEDURE", SYSNAME, (error) => (error.procedure === "" ? null : error.procedure)),
  ...["SUSER_SNAME", "SUSER_NAME", "ORIGINAL_LOGIN", "SYSTEM_USER"].map((name): ScalarFunction => ({
    name,
    parameters: ["any"],
    optional: 1,
    result: SYSNAME,
    mayBeNull: true,
    evaluate: ([id], runtime) => {
      const { session } = runtime;
      if (id === undefined) return session.principal.name;
      for (const principal of session.engine.server.logins.values()) {
        if (Buffer.isBuffer(id) ? principal.sid.equals(id) : principal.principalId === Number(id))
          return principal.name;
      }
      return null;
    },
  })),
  ...["USER_NAME", "CURRENT_USER", "SESSION_USER", "USER"].map((name): ScalarFunction => ({
    name,
    parameters: [INT],
    optional: 1,
    result: SYSNAME,
    mayBeNull: true,
    evaluate: ([id], { session }) =>
      id === undefined
        ? session.rights.user(session.currentDatabase).name
        : (session.currentDatabase.principals.get(id as number)?.name ?? null),
  })),
  {
    name: "SUSER_SID",
    parameters: [SYSNAME],
    optional: 1,
    result: varbinary(85),
    mayBeNull: true,
    evaluate: ([name], { session }) =>
      name === undefined ? session.principal.sid : (session.engine.server.findLogin(name as string)?.sid ?? null),
  },
  ofSession("HOST_NAME", SYSNAME, ({ session }) => session.login.hostName),
  ofSession("APP_NAME", SYSNAME, ({ session }) => session.login.appName),
  ofSession("CONTEXT_INFO", varbinary(128), ({ session }) => session.contextInfo),
  ofSession("CURRENT_TRANSACTION_ID", BIGINT, ({ session }) => BigInt(session.transactions.current?.id ?? 0)),
  {
    name: "SESSION_CONTEXT",
    parameters: [SYSNAME],
    result: SQL_VARIANT,
    mayBeNull: true,
    evaluate: ([key], { session }) => session.sessionContext.get((key as string).toLowerCase())?.value ?? null,
  },
  {
    name: "SERVERPROPERTY",
    parameters: [SYSNAME],
    result: SQL_VARIANT,
    mayBeNull: true,
    evaluate: ([name], runtime) => serverProperty(name as string, runtime),
  },
  {
    name: "SESSIONPROPERTY",
    parameters: [SYSNAME],
    result: SQL_VARIANT,
    mayBeNull: true,
    evaluate: ([name], runtime) => sessionProperty(name as string, runtime),
  },
  {
    name: "IDENT_CURRENT",
    parameters: [nvarchar(776)],
    result: decimal(38, 0),
    mayBeNull: true,
    evaluate: ([name], runtime) => {
      const identity = identityOf(name as string, runtime);
      return identity ? (identity.last ?? identity.seed) : null;
    },
  },
  {
    name: "IDENT_SEED",
    parameters: [nvarchar(776)],
    result: decimal(38, 0),
    mayBeNull: true,
    evaluate: ([name], runtime) => identityOf(name as string, runtime)?.seed ?? null,
  },
  {
    name: "IDENT_INCR",
    parameters: [nvarchar(776)],
    result: decimal(38, 0),
    mayBeNull: true,
    evaluate: ([name], runtime) => identityOf(name as string, runtime)?.increment ?? null,
  },
  ofSession("ROWCOUNT_BIG", BIGINT, ({ session }) => session.rowCount),
  ofSession("GETANSINULL", INT, ({ session }) => (session.options.ansiNullDfltOn ? 1 : 0)),
  {
    name: "TRIGGER_NESTLEVEL",
    parameters: [],
    result: INT,
    evaluate: (_, { scope }) => {
      let level = 0;
      for (let at: typeof scope | undefined = scope; at; at = at.parent) if (at.kind === "trigger") level++;
      return level;
    },
  },
  {
    name: "COLUMNS_UPDATED",
    parameters: [],
    result: varbinary(128),
    evaluate: () => {
      throw new Unsupported("COLUMNS_UPDATED()");
    },
  },
  {
    name: "APPLOCK_TEST",
    parameters: [SYSNAME, SYSNAME, SYSNAME, SYSNAME],
    result: SMALLINT,
    evaluate: () => {
      throw new Unsupported("APPLOCK_TEST");
    },
  },
];
