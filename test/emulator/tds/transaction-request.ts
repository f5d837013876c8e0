// [MS-TDS] 2.2.6.9 Transaction Manager Request
import { Unsupported } from "../values/sql-error.ts";
import { skipAllHeaders } from "./all-headers.ts";
import { ByteReader } from "./byte-reader.ts";
import type { TransactionRequest, WireIsolationLevel } from "./session-handler.ts";

const BEGIN = 5;
const COMMIT = 7;
const ROLLBACK = 8;
const SAVE = 9;
const NAMES: Readonly<Record<number, string>> = {
  0: "distributed transactions (TM_GET_DTC_ADDRESS)",
  1: "distributed transactions (TM_PROPAGATE_XACT)",
  6: "distributed transactions (TM_PROMOTE_XACT)",
};
const BEGIN_NEXT = 0x01;

const ISOLATION_LEVELS: readonly WireIsolationLevel[] = [
  "unchanged",
  "read uncommitted",
  "read committed",
  "repeatable read",
  "serializable",
  "snapshot",
];

function readIsolation(input: ByteReader): WireIsolationLevel {
  const number = input.uint8();
  const level = ISOLATION_LEVELS[number];
  if (level === undefined) throw new RangeError(`isolation level ${number} in a transaction manager request`);
  return level;
}

/** Length in bytes, not characters. */
const readName = (input: ByteReader): string => input.ucs2(input.uint8() / 2);

function readEnd(input: ByteReader, kind: "commit" | "rollback"): TransactionRequest {
  const name = readName(input);
  if ((input.uint8() & BEGIN_NEXT) === 0) return { kind, name };
  return { kind, name, beginNext: { isolation: readIsolation(input), name: readName(input) } };
}

/** @throws Unsupported for distributed transactions; Error when it is structurally invalid */
export function readTransactionRequest(payload: Buffer): TransactionRequest {
  const input = new ByteReader(payload);
  skipAllHeaders(input);
  const request = input.uint16();
  switch (request) {
    case BEGIN:
      return { kind: "begin", isolation: readIsolation(input), name: readName(input) };
    case COMMIT:
      return readEnd(input, "commit");
    case ROLLBACK:
      return readEnd(input, "rollback");
    case SAVE:
      return { kind: "save", name: readName(input) };
    default:
      throw new Unsupported(NAMES[request] ?? `transaction manager request ${request}`);
  }
}
