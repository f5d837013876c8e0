/** Which of the two databases. */
export type Role = "primary" | "replica";
