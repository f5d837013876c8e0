import { quoteName } from "../sql/quote.ts";
import type { Finding } from "./finding.ts";

/** What a login has in its database. */
export interface RightsFacts {
  readonly user: string;
  /** Rights on the database that were asked for, by name. */
  readonly database: Readonly<Record<string, boolean>>;
  /** SELECT on sys.sql_expression_dependencies. */
  readonly readsDependencies: boolean;
  /** CONTROL, by the name of each schema that is there. */
  readonly controls: ReadonlyMap<string, boolean>;
}

type Need = Readonly<{ right: string; severity: Finding["severity"]; without: string }>;

const cannotMake = (what: string): string => `${what} that the replica does not have yet cannot be made`;

/**
 * Rights on the replica's database: what infra/sql/replica-rights.sql grants. What the primary's login needs there tell the plain health report and
 * each table's own look.
 */
const replicaNeeds: readonly Need[] = [
  { right: "CREATE TABLE", severity: "error", without: cannotMake("tables") },
  { right: "CREATE SCHEMA", severity: "warning", without: cannotMake("schemas") },
  { right: "CREATE TYPE", severity: "warning", without: cannotMake("types") },
  { right: "CREATE VIEW", severity: "warning", without: cannotMake("views") },
  { right: "CREATE PROCEDURE", severity: "warning", without: cannotMake("procedures") },
  { right: "CREATE FUNCTION", severity: "warning", without: cannotMake("functions") },
  { right: "CREATE SYNONYM", severity: "warning", without: cannotMake("synonyms") },
  {
    right: "REFERENCES",
    severity: "warning",
    without: "modules that are bound to tables of other owners, and typed columns, may be refused",
  },
  {
    right: "VIEW DEFINITION",
    severity: "warning",
    without: "tables and modules of others are not seen, so that making them fails and nothing is dropped",
  },
];

export const replicaRights: readonly string[] = replicaNeeds.map(({ right }) => right);

/** Pure. */
export function primaryRightsFindings({
  user,
  readsDependencies,
}: Pick<RightsFacts, "user" | "readsDependencies">): Finding[] {
  return readsDependencies ? [] : [dependenciesFinding("primary", user)];
}

/** @param schemas those that replicated tables are in. Pure. */
export function replicaRightsFindings(facts: RightsFacts, schemas: ReadonlySet<string>): Finding[] {
  const user = quoteName(facts.user);
  const findings = replicaNeeds
    .filter(({ right }) => facts.database[right] === false)
    .map(({ right, severity, without }): Finding => ({
      severity,
      what: `the login has no ${right} on the replica: ${without}`,
      fix: `GRANT ${right} TO ${user};`,
    }));
  for (const [schema, controls] of facts.controls) {
    if (controls || !schemas.has(schema)) continue;
    findings.push({
      severity: "error",
      what: `the login has no CONTROL on the replica's schema ${schema}: its tables and modules cannot be written`,
      fix: `GRANT CONTROL ON SCHEMA::${quoteName(schema)} TO ${user};`,
    });
  }
  if (!facts.readsDependencies) findings.push(dependenciesFinding("replica", facts.user));
  return findings;
}

function dependenciesFinding(role: "primary" | "replica", user: string): Finding {
  const without =
    role === "primary"
      ? "modules that need each other are tried one after the other, and functions that tables need are not found"
      : "a change to a module that schema-bound ones refer to stays pending";
  return {
    severity: "warning",
    what: `the login may not read sys.sql_expression_dependencies on the ${role}: ${without}`,
    fix: `GRANT SELECT ON sys.sql_expression_dependencies TO ${quoteName(user)};`,
  };
}
