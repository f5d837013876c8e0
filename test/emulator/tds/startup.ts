// [MS-TDS] 3.3.5.1 to 3.3.5.5: from the first byte to the end of the login.
import type { SecureContext } from "node:tls";
import { SqlError } from "../values/sql-error.ts";
import { InjectedError, type FaultGate } from "./fault-gate.ts";
import type { Link } from "./link.ts";
import { LEAST_TDS_VERSION, agreedPacketSize, writeLoginResponse } from "./login-response.ts";
import { Feature, type LoginRequest, readLogin } from "./login7.ts";
import type { Message } from "./message-reader.ts";
import { PacketType } from "./packet.ts";
import { type ServerEncryption, agreeOnEncryption, preloginAnswer, readPrelogin } from "./prelogin.ts";
import type { SessionFactory, SessionHandler, SessionHooks } from "./session-handler.ts";
import { DoneStatus, Token, writeDone, writeError } from "./tokens.ts";

export interface StartupOptions {
  readonly factory: SessionFactory;
  readonly encryption: ServerEncryption;
  readonly secureContext: SecureContext;
  readonly version: readonly [major: number, minor: number, build: number];
  readonly gate: FaultGate | undefined;
}

/** The login is right, the database it asks for cannot be opened. */
const DATABASE_REFUSALS: ReadonlySet<number> = new Set([916, 4060]);

/** Undefined: no login came to be; the connection is closed or closing. */
export async function readLoginRequest(link: Link, options: StartupOptions): Promise<LoginRequest | undefined> {
  const first = await link.reader.next();
  if (first?.type !== PacketType.prelogin) return undefined;
  const request = readPrelogin(first.body.whole());
  const agreement = agreeOnEncryption(request.encryption, options.encryption);
  link.response.out.bytes(preloginAnswer(request, agreement.answer, options.version));
  if (agreement.scope === "login" || agreement.scope === "all") {
    // Before the answer goes out: the handshake may begin at once.
    const sent = link.response.end(PacketType.response);
    link.startTls(options.secureContext);
    await sent;
  } else {
    await link.response.end(PacketType.response);
  }
  if (agreement.scope === "refused") return undefined;
  const message: Message | undefined = await link.reader.next();
  if (message?.type !== PacketType.login) return undefined;
  if (agreement.scope === "login") link.leaveTls();
  return readLogin(message.body.whole());
}

function refusal(login: LoginRequest): SqlError | undefined {
  if (login.tdsVersion < LEAST_TDS_VERSION) {
    return new SqlError(17832, 20, 1, `TDS version 0x${login.tdsVersion.toString(16)} is not spoken here: 7.3 or 7.4`);
  }
  if (login.integratedSecurity || login.features.has(Feature.fedAuth)) {
    const text =
      "Login failed. The login is from an untrusted domain and cannot be used with Integrated authentication.";
    return new SqlError(18452, 14, 1, text);
  }
  return undefined;
}

/** Opens the session and answers the login. Undefined: the login was refused and the client has been told. */
export async function openSession(
  link: Link,
  login: LoginRequest,
  hooks: SessionHooks,
  options: StartupOptions,
): Promise<SessionHandler | undefined> {
  const { response } = link;
  try {
    const refused = refusal(login);
    if (refused !== undefined) throw refused;
    await options.gate?.reach({
      step: "login",
      app: login.appName,
      database: login.database,
      sql: [],
      count: 0,
      gone: link.gone,
      drop: () => link.destroy(),
    });
    const session = options.factory.openSession(login, hooks);
    writeLoginResponse(response.out, login, session, options.version);
    await response.end();
    response.packetSize = agreedPacketSize(login.packetSize);
    link.reader.mostPacketBytes = response.packetSize;
    return session;
  } catch (error) {
    const sqlError = error instanceof InjectedError ? error.sqlError : error;
    if (!(sqlError instanceof SqlError)) throw error;
    writeError(response.out, sqlError);
    // The server says what is wrong with the database first, and then that the login has failed.
    if (DATABASE_REFUSALS.has(sqlError.number)) {
      writeError(response.out, new SqlError(18456, 14, 1, `Login failed for user '${login.user}'.`));
    }
    writeDone(response.out, Token.done, DoneStatus.error, 0);
    await response.end();
    link.close();
    return undefined;
  }
}
