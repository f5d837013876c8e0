import type { ColumnEncryptionKey, ColumnMasterKey } from "../storage/table-kind-model.ts";
import { datetimeOf } from "./catalog-values.ts";
import {
  always,
  BIT,
  DATETIME,
  defineView,
  INT,
  notNull,
  nvarchar,
  SYSNAME,
  varbinary,
  type ViewSource,
} from "./define-view.ts";

interface KeyValue {
  readonly key: ColumnEncryptionKey;
  readonly value: ColumnEncryptionKey["values"][number];
}

/** Keys of Always Encrypted. */
export const columnKeyViews: readonly ViewSource[] = [
  defineView<ColumnMasterKey>({
    schema: "sys",
    name: "column_master_keys",
    items: (database, { transaction }) => database.columnMasterKeys.values(transaction),
    columns: {
      name: notNull(SYSNAME, (key) => key.name),
      column_master_key_id: notNull(INT, (key) => key.keyId),
      create_date: notNull(DATETIME, (key) => datetimeOf(key.createDate)),
      modify_date: notNull(DATETIME, (key) => datetimeOf(key.createDate)),
      key_store_provider_name: notNull(SYSNAME, (key) => key.providerName),
      key_path: notNull(nvarchar(4000), (key) => key.path),
      allow_enclave_computations: always(BIT, 0),
      signature: always(varbinary(-1), null),
    },
  }),
  defineView<ColumnEncryptionKey>({
    schema: "sys",
    name: "column_encryption_keys",
    items: (database, { transaction }) => database.columnEncryptionKeys.values(transaction),
    columns: {
      name: notNull(SYSNAME, (key) => key.name),
      column_encryption_key_id: notNull(INT, (key) => key.keyId),
      create_date: notNull(DATETIME, (key) => datetimeOf(key.createDate)),
      modify_date: notNull(DATETIME, (key) => datetimeOf(key.createDate)),
    },
  }),
  defineView<KeyValue>({
    schema: "sys",
    name: "column_encryption_key_values",
    *items(database, { transaction }) {
      for (const key of database.columnEncryptionKeys.values(transaction))
        for (const value of key.values) yield { key, value };
    },
    columns: {
      column_encryption_key_id: notNull(INT, ({ key }) => key.keyId),
      column_master_key_id: notNull(INT, ({ value }) => value.masterKeyId),
      encrypted_value: notNull(varbinary(8000), ({ value }) => value.encrypted),
      encryption_algorithm_name: notNull(SYSNAME, ({ value }) => value.algorithm),
    },
  }),
];
