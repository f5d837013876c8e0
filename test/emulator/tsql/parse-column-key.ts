import { Unsupported } from "../values/sql-error.ts";
import type { CreateColumnEncryptionKeyStatement, CreateColumnMasterKeyStatement } from "./ast-ddl.ts";
import { parseIdentifier, parseString } from "./parse-names.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** CREATE COLUMN MASTER KEY | ENCRYPTION KEY; the cursor stands at COLUMN. */
export function parseCreateColumnKey(
  p: TokenCursor,
  pos: number,
  line: number,
): CreateColumnMasterKeyStatement | CreateColumnEncryptionKeyStatement {
  p.expect("COLUMN");
  const master = p.expectOneOf("MASTER", "ENCRYPTION") === "MASTER";
  p.expect("KEY");
  const name = parseIdentifier(p);
  p.expect("WITH");
  return master
    ? { kind: "create-column-master-key", pos, line, name, ...parseMasterKey(p) }
    : { kind: "create-column-encryption-key", pos, line, name, values: parseEncryptionKey(p) };
}

/** (KEY_STORE_PROVIDER_NAME = '...', KEY_PATH = '...') */
function parseMasterKey(p: TokenCursor): Pick<CreateColumnMasterKeyStatement, "providerName" | "path"> {
  p.expect("(", "KEY_STORE_PROVIDER_NAME", "=");
  const providerName = parseString(p);
  p.expect(",", "KEY_PATH", "=");
  const path = parseString(p);
  if (p.is(",")) throw new Unsupported("ENCLAVE_COMPUTATIONS");
  p.expect(")");
  return { providerName, path };
}

/** VALUES (COLUMN_MASTER_KEY = name, ALGORITHM = 'RSA_OAEP', ENCRYPTED_VALUE = 0x...) [, (...)] */
function parseEncryptionKey(p: TokenCursor): CreateColumnEncryptionKeyStatement["values"] {
  p.expect("VALUES");
  return p.list(() => {
    p.expect("(", "COLUMN_MASTER_KEY", "=");
    const masterKey = parseIdentifier(p);
    p.expect(",", "ALGORITHM", "=");
    const algorithm = parseString(p);
    p.expect(",", "ENCRYPTED_VALUE", "=");
    if (p.token.kind !== "binary") throw p.unexpected();
    const encrypted = p.advance().value.slice(2);
    p.expect(")");
    return { kind: "column-key-value", masterKey, algorithm, encrypted } as const;
  });
}
