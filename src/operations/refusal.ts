/** An operation that cannot be done in the state that the table is in; nothing was changed. */
export interface Refusal {
  readonly kind: "refused";
  readonly what: string;
  readonly fix?: string | undefined;
}

export function refusal(what: string, fix?: string): Refusal {
  return { kind: "refused", what, fix };
}
