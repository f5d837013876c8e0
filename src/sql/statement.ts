/** A parameter of a statement. bigint values go over the wire losslessly; nvarchar is nvarchar(max) above 4,000 characters. */
export type SqlParam =
  | { readonly name: string; readonly type: "int"; readonly value: number | null }
  | { readonly name: string; readonly type: "bigint"; readonly value: bigint | null }
  | { readonly name: string; readonly type: "nvarchar"; readonly value: string | null }
  | { readonly name: string; readonly type: "varbinary"; readonly value: Buffer | null }
  | { readonly name: string; readonly type: "bit"; readonly value: boolean | null };

/** T-SQL with its parameters (`name` without the `@`). What the builders in sql/ return and the sessions in db/ run. */
export interface Statement {
  readonly text: string;
  readonly params: readonly SqlParam[];
}
