import type { Column } from "../../storage/database-model.ts";
import type { Database } from "../../storage/database.ts";
import type { ColumnEncryption } from "../../storage/table-kind-model.ts";
import type { CreateColumnEncryptionKeyStatement, CreateColumnMasterKeyStatement } from "../../tsql/ast-ddl.ts";
import type { ColumnDefinition } from "../../tsql/ast-tables.ts";
import { typeFamily } from "../../values/coerce-type.ts";
import { Unsupported } from "../../values/sql-error.ts";
import type { Session } from "../session/session.ts";

/** Metadata of Always Encrypted alone: the server never holds a key that opens anything. */

function named<T extends { readonly name: string }>(
  keys: Iterable<T>,
  name: string,
  database: Database,
): T | undefined {
  for (const key of keys) if (database.nameKey(key.name) === database.nameKey(name)) return key;
  return undefined;
}

/** CREATE COLUMN MASTER KEY. */
export function createColumnMasterKey(statement: CreateColumnMasterKeyStatement, session: Session): void {
  const { current } = session.transactions;
  const database = session.currentDatabase;
  const { name, providerName, path } = statement;
  if (named(database.columnMasterKeys.values(current), name, database))
    throw new Unsupported(`a second column master key ${name}`);
  const keyId = Math.max(0, ...database.columnMasterKeys.keys()) + 1;
  const createDate = session.engine.clock.now();
  database.columnMasterKeys.set(current, keyId, { keyId, name, providerName, path, createDate });
}

/** CREATE COLUMN ENCRYPTION KEY. */
export function createColumnEncryptionKey(statement: CreateColumnEncryptionKeyStatement, session: Session): void {
  const { current } = session.transactions;
  const database = session.currentDatabase;
  const { name } = statement;
  if (named(database.columnEncryptionKeys.values(current), name, database))
    throw new Unsupported(`a second column encryption key ${name}`);
  const values = statement.values.map(({ masterKey, algorithm, encrypted }) => {
    const master = named(database.columnMasterKeys.values(current), masterKey, database);
    if (!master || algorithm !== "RSA_OAEP") throw new Unsupported(`a key encrypted with ${masterKey}, ${algorithm}`);
    return { masterKeyId: master.keyId, algorithm, encrypted: Buffer.from(encrypted, "hex") };
  });
  const keyId = Math.max(0, ...database.columnEncryptionKeys.keys()) + 1;
  const createDate = session.engine.clock.now();
  database.columnEncryptionKeys.set(current, keyId, { keyId, name, values, createDate });
}

/** ENCRYPTED WITH (...); what the server refuses is refused here without its number. */
export function columnEncryption(
  definition: ColumnDefinition,
  column: Column,
  database: Database,
): ColumnEncryption | undefined {
  const { encrypted } = definition;
  if (!encrypted) return undefined;
  const { type, algorithm } = encrypted;
  const key = named(database.columnEncryptionKeys.values(), encrypted.key, database);
  const textFamily = typeFamily(column.type) === "string";
  const binary = column.type.collation?.toUpperCase().endsWith("_BIN2") === true;
  if (
    !key ||
    algorithm !== "AEAD_AES_256_CBC_HMAC_SHA_256" ||
    (type === "DETERMINISTIC" && textFamily && !binary) ||
    ["xml", "rowversion", "image", "ntext", "text", "sql_variant"].includes(column.type.name) ||
    column.identity !== undefined ||
    column.sparse === true ||
    definition.default !== undefined
  )
    throw new Unsupported(`ENCRYPTED WITH of the column ${column.name}`);
  return { type, algorithm, keyId: key.keyId };
}
