// [MS-TDS] 2.2.7 Packet Data Token Stream Definition: the server's tokens, one function each.
import { collation, collationToWire } from "../values/collation.ts";
import type { SqlError } from "../values/sql-error.ts";
import type { SqlType, SqlValue } from "../values/sql-type.ts";
import type { ByteWriter } from "./byte-writer.ts";
import type { EnvChange, ResultColumn } from "./session-handler.ts";
import { writeTypeInfo } from "./type-info.ts";
import { encoder } from "./value-codec.ts";

export const Token = {
  returnStatus: 0x79,
  columns: 0x81,
  order: 0xa9,
  error: 0xaa,
  info: 0xab,
  returnValue: 0xac,
  loginAck: 0xad,
  featureExtAck: 0xae,
  row: 0xd1,
  nbcRow: 0xd2,
  envChange: 0xe3,
  done: 0xfd,
  doneProc: 0xfe,
  doneInProc: 0xff,
} as const;

export const DoneStatus = { more: 0x1, error: 0x2, count: 0x10, attention: 0x20 } as const;

/** @@SERVERNAME of the emulator, in every ERROR and INFO token. */
export const SERVER_NAME = "EMULATOR";

const MOST_MESSAGE_CHARACTERS = 16_000;

/** Runs `write` between a two-byte length and its end. */
function measured(out: ByteWriter, token: number, write: () => void): void {
  out.uint8(token);
  out.uint16(0);
  const start = out.position;
  write();
  out.view.setUint16(start - 2, out.position - start, true);
}

/** 2.2.7.6 DONE, 2.2.7.7 DONEINPROC, 2.2.7.8 DONEPROC */
export function writeDone(out: ByteWriter, token: number, status: number, command: number, rowCount?: bigint): void {
  out.uint8(token);
  out.uint16(rowCount === undefined ? status : status | DoneStatus.count);
  out.uint16(command);
  out.uint64(rowCount ?? 0n);
}

interface ServerMessage {
  readonly number: number;
  readonly severity: number;
  readonly state: number;
  readonly text: string;
  readonly line: number;
  readonly procedure: string;
}

function writeMessage(out: ByteWriter, token: number, message: ServerMessage): void {
  measured(out, token, () => {
    out.int32(message.number);
    out.uint8(message.state);
    out.uint8(message.severity);
    out.usVarchar(message.text.slice(0, MOST_MESSAGE_CHARACTERS));
    out.bVarchar(SERVER_NAME);
    out.bVarchar(message.procedure);
    out.int32(message.line);
  });
}

/** 2.2.7.10 ERROR */
export function writeError(out: ByteWriter, error: SqlError): void {
  const { number, severity, state, message, line, procedure } = error;
  writeMessage(out, Token.error, { number, severity, state, text: message, line, procedure });
}

/** 2.2.7.13 INFO */
export function writeInfo(out: ByteWriter, message: Omit<ServerMessage, "procedure">): void {
  writeMessage(out, Token.info, { ...message, procedure: "" });
}

/** 2.2.7.9 ENVCHANGE: types 1 database, 2 language, 7 collation, 8 to 10 transactions. */
export function writeEnvChange(out: ByteWriter, change: EnvChange): void {
  measured(out, Token.envChange, () => {
    switch (change.kind) {
      case "database":
      case "language":
        out.uint8(change.kind === "database" ? 1 : 2);
        out.bVarchar(change.value);
        out.bVarchar(change.old);
        return;
      case "collation":
        out.uint8(7);
        for (const name of [change.value, change.old]) {
          out.uint8(name === "" ? 0 : 5);
          if (name !== "") out.bytes(collationToWire(name));
        }
        return;
      case "begin-transaction":
        out.uint8(8);
        out.uint8(8);
        out.uint64(change.descriptor);
        out.uint8(0);
        return;
      case "commit-transaction":
      case "rollback-transaction":
        out.uint8(change.kind === "commit-transaction" ? 9 : 10);
        out.uint8(0);
        out.uint8(8);
        out.uint64(change.descriptor);
    }
  });
}

/** Type 4 of ENVCHANGE. */
export function writePacketSize(out: ByteWriter, size: number, old: number): void {
  measured(out, Token.envChange, () => {
    out.uint8(4);
    out.bVarchar(String(size));
    out.bVarchar(String(old));
  });
}

/** Type 18 of ENVCHANGE: the answer to RESETCONNECTION. */
export function writeResetAck(out: ByteWriter): void {
  measured(out, Token.envChange, () => {
    out.uint8(18);
    out.uint8(0);
    out.uint8(0);
  });
}

/** 2.2.7.18 RETURNSTATUS */
export function writeReturnStatus(out: ByteWriter, status: number): void {
  out.uint8(Token.returnStatus);
  out.int32(status);
}

const ROWVERSION_USER_TYPE = 80;

function columnFlags(column: ResultColumn): number {
  const caseSensitive = column.type.collation !== undefined && collation(column.type.collation).caseSensitive;
  const computed = column.computed === true;
  return (
    (column.nullable ? 0x01 : 0) |
    (caseSensitive ? 0x02 : 0) |
    // usUpdateable: 2 (not known) for a table's columns, 0 (read only) for computed ones.
    (computed ? 0x20 : 0x08) |
    (column.identity === true ? 0x10 : 0)
  );
}

/** 2.2.7.4 COLMETADATA. `database` is the session's, which columns of CLR types name. */
export function writeColumns(out: ByteWriter, columns: readonly ResultColumn[], database = ""): void {
  out.uint8(Token.columns);
  out.uint16(columns.length);
  for (const column of columns) {
    out.uint32(column.type.name === "rowversion" ? ROWVERSION_USER_TYPE : 0);
    out.uint16(columnFlags(column));
    writeTypeInfo(out, column.type, column.nullable, database);
    if (["text", "ntext", "image"].includes(column.type.name)) {
      // TableName: one part, which the emulator leaves empty.
      out.uint8(1);
      out.usVarchar("");
    }
    out.bVarchar(column.name);
  }
}

/** 2.2.7.19 RETURNVALUE. `database` is the session's. */
export function writeReturnValue(
  out: ByteWriter,
  returned: { readonly ordinal: number; readonly name: string; readonly type: SqlType; readonly value: SqlValue },
  database: string,
): void {
  const { ordinal, name, type, value } = returned;
  out.uint8(Token.returnValue);
  out.uint16(ordinal);
  out.bVarchar(name);
  // Status: output parameter of a stored procedure; user type 0, nullable.
  out.uint8(0x01);
  out.uint32(0);
  out.uint16(0x01);
  writeTypeInfo(out, type, true, database);
  encoder(type, true)(out, value);
}
