/** Names and types as they are written. */

/** `server.database.schema.name`; an empty middle part (`db..t`) is undefined. A temporary table's name keeps its `#`. */
export interface ObjectName {
  readonly kind: "name";
  readonly pos: number;
  readonly server: string | undefined;
  readonly database: string | undefined;
  readonly schema: string | undefined;
  readonly name: string;
}

/**
 * A type's name and arguments as written: `varchar(max)`, `[decimal](10, 2)`, `dbo.Flag`. Words of several-word names are joined by one
 * blank, in lower case (`double precision`, `national character varying`). `systemType` in system-type.ts turns it into an SqlType.
 */
export interface DataTypeNode {
  readonly kind: "data-type";
  readonly pos: number;
  readonly schema: string | undefined;
  readonly name: string;
  readonly arguments: readonly (number | "max")[];
  /** xml(CONTENT collection). */
  readonly xmlSchema: ObjectName | undefined;
}
