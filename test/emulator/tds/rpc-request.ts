// [MS-TDS] 2.2.6.6 RPC Request
import { SqlError, Unsupported } from "../values/sql-error.ts";
import { skipAllHeaders } from "./all-headers.ts";
import { ByteReader, InvalidLength, NOT_ENOUGH_BYTES } from "./byte-reader.ts";
import type { RpcCall, RpcParameter } from "./session-handler.ts";
import { UnknownType, readTypeInfo } from "./type-info.ts";

const PROCEDURE_ID = 0xffff;
const NEXT_CALL = 0xff;
const NEXT_CALL_NOT_EXECUTED = 0xfe;
const BY_REFERENCE = 0x01;
const DEFAULT_VALUE = 0x02;
const ENCRYPTED = 0x08;
const MOST_PARAMETERS = 2100;

const WELL_KNOWN: Readonly<Record<number, string>> = {
  1: "sp_cursor",
  2: "sp_cursoropen",
  3: "sp_cursorprepare",
  4: "sp_cursorexecute",
  5: "sp_cursorprepexec",
  6: "sp_cursorunprepare",
  7: "sp_cursorfetch",
  8: "sp_cursoroption",
  9: "sp_cursorclose",
  10: "sp_executesql",
  11: "sp_prepare",
  12: "sp_execute",
  13: "sp_prepexec",
  14: "sp_prepexecrpc",
  15: "sp_unprepare",
};

const PREFIX = "The incoming tabular data stream (TDS) remote procedure call (RPC) protocol stream is incorrect.";

const hex = (token: number): string => `0x${token.toString(16).toUpperCase().padStart(2, "0")}`;

function readParameter(input: ByteReader, ordinal: number): RpcParameter {
  const name = input.bVarchar();
  const status = input.uint8();
  if ((status & DEFAULT_VALUE) !== 0) throw new Unsupported("DEFAULT for a parameter of an RPC call");
  if ((status & ENCRYPTED) !== 0) throw new Unsupported("Always Encrypted");
  try {
    const { type, decode } = readTypeInfo(input, false);
    return { name, type, value: decode(input), output: (status & BY_REFERENCE) !== 0 };
  } catch (error) {
    const place = `${PREFIX} Parameter ${ordinal} ("${name}"): Data type`;
    if (error instanceof UnknownType) throw new SqlError(8009, 16, 4, `${place} ${hex(error.typeToken)} is unknown.`);
    if (!(error instanceof InvalidLength)) throw error;
    const text = `${place} ${hex(error.typeToken)} has an invalid data length or metadata length.`;
    throw new SqlError(8016, 16, 1, text);
  }
}

function readProcedure(input: ByteReader): string {
  const length = input.uint16();
  if (length !== PROCEDURE_ID) {
    const name = input.ucs2(length);
    if (name === "") throw new SqlError(8004, 16, 1, `${PREFIX} The RPC name is invalid.`);
    return name;
  }
  const id = input.uint16();
  const name = WELL_KNOWN[id];
  if (name === undefined) throw new SqlError(8004, 16, 1, `${PREFIX} The RPC name is invalid.`);
  return name;
}

function readCall(input: ByteReader): RpcCall {
  const procedure = readProcedure(input);
  // Options: recompile, no metadata, reuse metadata. Nothing that they save is saved here.
  input.uint16();
  const parameters: RpcParameter[] = [];
  while (input.remaining > 0) {
    const next = input.buffer[input.position]!;
    if (next === NEXT_CALL || next === NEXT_CALL_NOT_EXECUTED) break;
    parameters.push(readParameter(input, parameters.length + 1));
  }
  if (parameters.length > MOST_PARAMETERS) {
    const text =
      `The incoming request has too many parameters. The server supports a maximum of ${MOST_PARAMETERS} parameters.` +
      " Reduce the number of parameters and resend the request.";
    throw new SqlError(8003, 16, 1, text);
  }
  return { procedure, parameters };
}

/** @throws SqlError (8003, 8004, 8009, 8016), Unsupported; both mean that no call of the message is executed */
export function readRpcRequest(payload: Buffer): RpcCall[] {
  const input = new ByteReader(payload);
  const calls: RpcCall[] = [];
  try {
    skipAllHeaders(input);
    while (input.remaining > 0) {
      calls.push(readCall(input));
      if (input.remaining === 0) break;
      if (input.uint8() === NEXT_CALL_NOT_EXECUTED) throw new Unsupported("NoExec in an RPC request");
    }
  } catch (error) {
    if (error !== NOT_ENOUGH_BYTES) throw error;
    throw new SqlError(8016, 16, 1, `${PREFIX} The message ends in the middle of parameter data.`);
  }
  return calls;
}

/**
 * The SQL that a call carries: the statement of sp_executesql and the prepare family, else the procedure's name.
 */
export function sqlOfCall(call: RpcCall): string {
  const places: Readonly<Record<string, number>> = {
    sp_executesql: 0,
    sp_cursoropen: 1,
    sp_prepare: 2,
    sp_prepexec: 2,
    sp_cursorprepare: 2,
    sp_cursorprepexec: 3,
  };
  const place = places[call.procedure.toLowerCase()];
  const value = place === undefined ? undefined : call.parameters[place]?.value;
  return typeof value === "string" ? value : call.procedure;
}
