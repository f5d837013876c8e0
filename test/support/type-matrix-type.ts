/** A type with values at its limits, as T-SQL, and what is to be compared of it. */
export interface MatrixType {
  readonly declaration: string;
  /** At least one; NULL comes by itself where the column takes it. */
  readonly literals: readonly string[];
  /** Expressions that can be cast to varbinary(max) and together tell the value; by default the column itself. */
  readonly compare: (column: string) => string[];
  /** CREATE TYPE for an alias type that the declaration names. */
  readonly aliasType?: string;
}

export function plain(declaration: string, ...literals: readonly string[]): MatrixType {
  return { declaration, literals, compare: (column) => [column] };
}

/** A type that is compared in the form of another one. */
export function comparedAs(type: string, declaration: string, ...literals: readonly string[]): MatrixType {
  return { declaration, literals, compare: (column) => [`CONVERT(${type}, ${column})`] };
}

export function range(length: number): number[] {
  return Array.from({ length }, (_, at) => at);
}
