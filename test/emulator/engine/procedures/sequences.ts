import type { SequenceObject } from "../../storage/database-model.ts";
import type { ObjectName } from "../../tsql/ast-names.ts";
import { sqlError } from "../../values/error-table.ts";
import type { SqlValue } from "../../values/sql-type.ts";
import { NO_SLOTS, type Compiled } from "../expressions/compiled.ts";
import { findTarget, writtenName } from "../session/resolve-name.ts";
import type { StatementContext } from "../statement-context.ts";

/** NEXT VALUE FOR: not taken back by a roll back; one number for each row. */
export function nextSequenceValue(name: ObjectName, context: StatementContext): Compiled {
  const found = findTarget(name, context.session, context.scope);
  if (found?.object.kind !== "sequence") throw sqlError(208, writtenName(name));
  const sequence = found.object;
  return {
    type: sequence.type,
    nullable: false,
    slots: NO_SLOTS,
    collation: "coercible",
    volatile: true,
    evaluate: () => nextValue(sequence),
  };
}

/** @throws SqlError 11728 when it is used up */
export function nextValue(sequence: SequenceObject): SqlValue {
  const { state } = sequence;
  let value = state.current;
  if (state.used) {
    value = state.current + sequence.increment;
    const beyond = value > sequence.maximum || value < sequence.minimum;
    if (beyond) {
      if (!sequence.cycling) throw sqlError(11728, sequence.name);
      value = sequence.increment > 0n ? sequence.minimum : sequence.maximum;
    }
  }
  state.current = value;
  state.used = true;
  const { name } = sequence.type;
  return name === "tinyint" || name === "smallint" || name === "int" ? Number(value) : value;
}
