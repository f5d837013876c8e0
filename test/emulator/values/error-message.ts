/** Number, severity, text template (printf as in sys.messages), state (1 where left out). */
export type ErrorMessage = readonly [number: number, severity: number, template: string, state?: number];
