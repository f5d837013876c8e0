// [MS-TDS] 2.2.6.5 PRELOGIN needs a certificate: an X.509 v3 one made at start, as the server makes its fallback one.
import { createPublicKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";

const ECDSA_WITH_SHA256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const COMMON_NAME = [0x55, 0x04, 0x03];
const SUBJECT_ALTERNATIVE_NAME = [0x55, 0x1d, 0x11];

function der(tag: number, ...content: Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const length =
    body.length < 0x80
      ? [body.length]
      : body.length < 0x100
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const sequence = (...content: Uint8Array[]): Buffer => der(0x30, ...content);
const objectId = (bytes: number[]): Buffer => der(0x06, Buffer.from(bytes));

/** Two digits of year: right until 2049, when UTCTime ends. */
function utcTime(date: Date): Buffer {
  return der(0x17, Buffer.from(`${date.toISOString().replace(/\D/g, "").slice(2, 14)}Z`, "latin1"));
}

function name(text: string): Buffer {
  return sequence(der(0x31, sequence(objectId(COMMON_NAME), der(0x0c, Buffer.from(text, "utf8")))));
}

/** Elliptic curve key and certificate as PEM, for localhost and 127.0.0.1, valid for a year. */
export function selfSignedCertificate(now: Date): { key: string; cert: string } {
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = sequence(objectId(ECDSA_WITH_SHA256));
  const serial = randomBytes(16);
  // Positive and without leading zeros.
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  const subject = name("SSL_Self_Signed_Fallback");
  const alternatives = sequence(der(0x82, Buffer.from("localhost", "latin1")), der(0x87, Buffer.from([127, 0, 0, 1])));
  const certificate = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    algorithm,
    subject,
    sequence(utcTime(new Date(now.getTime() - 86_400_000)), utcTime(new Date(now.getTime() + 365 * 86_400_000))),
    subject,
    createPublicKey(keys.privateKey).export({ type: "spki", format: "der" }),
    der(0xa3, sequence(sequence(objectId(SUBJECT_ALTERNATIVE_NAME), der(0x04, alternatives)))),
  );
  const signature = sign("sha256", certificate, keys.privateKey);
  const whole = sequence(certificate, algorithm, der(0x03, Buffer.from([0]), signature));
  const lines = whole.toString("base64").match(/.{1,64}/g)!;
  return {
    key: keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`,
  };
}
