// [MS-TDS] 2.2.6.5 PRELOGIN: options of the client, the server's answer, and what they agree on for encryption.

const Option = { version: 0, encryption: 1, instance: 2, threadId: 3, mars: 4, fedAuthRequired: 6, terminator: 0xff };

export const Encryption = { off: 0, on: 1, notSupported: 2, required: 3 } as const;

/** What the server's administrator set up: "required" is "Force Encryption". */
export type ServerEncryption = "supported" | "required" | "not-supported";

export interface PreloginRequest {
  readonly encryption: number;
  readonly fedAuthAsked: boolean;
}

/** @throws Error when it is structurally invalid: the server closes the connection */
export function readPrelogin(payload: Buffer): PreloginRequest {
  let encryption: number = Encryption.notSupported;
  let fedAuthAsked = false;
  for (let at = 0; payload.readUInt8(at) !== Option.terminator; at += 5) {
    const offset = payload.readUInt16BE(at + 1);
    const length = payload.readUInt16BE(at + 3);
    if (offset + length > payload.length)
      throw new RangeError(`PRELOGIN option ${payload[at]} lies outside the message`);
    if (payload[at] === Option.encryption) encryption = payload.readUInt8(offset);
    if (payload[at] === Option.fedAuthRequired) fedAuthAsked = true;
  }
  return { encryption, fedAuthAsked };
}

export interface EncryptionAgreement {
  /** The byte in the server's answer. */
  readonly answer: number;
  /** "login": only the LOGIN7 message is encrypted, everything after it is plain. */
  readonly scope: "none" | "login" | "all" | "refused";
}

/** The table of 2.2.6.5, "Encryption". */
export function agreeOnEncryption(client: number, server: ServerEncryption): EncryptionAgreement {
  if (server === "not-supported") return { answer: Encryption.notSupported, scope: "none" };
  switch (client) {
    case Encryption.on:
    case Encryption.required:
      return { answer: Encryption.on, scope: "all" };
    case Encryption.off:
      return server === "required"
        ? { answer: Encryption.required, scope: "all" }
        : { answer: Encryption.off, scope: "login" };
    default:
      return server === "required"
        ? { answer: Encryption.required, scope: "refused" }
        : { answer: Encryption.notSupported, scope: "none" };
  }
}

/** @param version major, minor and build of the product, as in @@VERSION */
export function preloginAnswer(
  request: PreloginRequest,
  encryption: number,
  version: readonly [major: number, minor: number, build: number],
): Buffer {
  const versionBytes = Buffer.alloc(6);
  versionBytes[0] = version[0];
  versionBytes[1] = version[1];
  versionBytes.writeUInt16BE(version[2], 2);
  const options: [number, Buffer][] = [
    [Option.version, versionBytes],
    [Option.encryption, Buffer.from([encryption])],
    [Option.instance, Buffer.from([0])],
    [Option.threadId, Buffer.alloc(0)],
    // No multiple active result sets: a client that wants them goes on without or gives up.
    [Option.mars, Buffer.from([0])],
  ];
  if (request.fedAuthAsked) options.push([Option.fedAuthRequired, Buffer.from([0])]);
  const heads: Buffer[] = [];
  let offset = options.length * 5 + 1;
  for (const [token, data] of options) {
    const head = Buffer.alloc(5);
    head[0] = token;
    head.writeUInt16BE(offset, 1);
    head.writeUInt16BE(data.length, 3);
    heads.push(head);
    offset += data.length;
  }
  return Buffer.concat([...heads, Buffer.from([Option.terminator]), ...options.map(([, data]) => data)]);
}
