import type { ErrorMessage } from "./error-message.ts";

/** Errors of special kinds of tables and columns: temporal, graph, ledger, sparse, FILESTREAM, memory-optimized, Always Encrypted. */
export const KIND_MESSAGES: readonly ErrorMessage[] = [
  [
    1716,
    16,
    "FILESTREAM_ON cannot be specified when a table has no FILESTREAM columns. Remove the FILESTREAM_ON clause from the statement, or add a FILESTREAM column to the table.",
  ],
  [
    1731,
    16,
    "Cannot create the sparse column '%.*ls' in the table '%.*ls' because an option or data type specified is not valid. A sparse column must be nullable and cannot have the ROWGUIDCOL, IDENTITY, or FILESTREAM properties. A sparse column cannot be of the following data types: text, ntext, image, geometry, geography, or user-defined type.",
  ],
  [1969, 16, "Default FILESTREAM filegroup is not available in database '%.*ls'."],
  [13501, 16, "Temporal generated always column '%.*ls' has invalid data type."],
  [
    13506,
    16,
    "System-versioned table SYSTEM_TIME period definition start column name not matching 'GENERATED ALWAYS AS ROW START' column name.",
  ],
  [
    13507,
    16,
    "System-versioned table SYSTEM_TIME period definition end column name not matching 'GENERATED ALWAYS AS ROW END' column name.",
  ],
  [13555, 16, "System versioned temporal table '%.*ls' cannot have FILESTREAM columns."],
  [
    41337,
    16,
    "Cannot create memory optimized tables. To create memory optimized tables, the database must have a MEMORY_OPTIMIZED_FILEGROUP that is online and has at least one container.",
    100,
  ],
];
