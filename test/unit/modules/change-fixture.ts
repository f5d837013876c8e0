import type { Module } from "../../../src/model/module.ts";
import { moduleWord } from "../../../src/model/module.ts";
import type { NeededObject } from "../../../src/model/needed-object.ts";
import { tableKey } from "../../../src/model/table-name.ts";
import type { StepsResult } from "../../../src/modules/change-steps.ts";
import type { Definition, ModuleStep } from "../../../src/modules/module-step.ts";
import type { ChangeContext } from "../../../src/modules/change-context.ts";
import type { PlannedModule } from "../../../src/modules/plan-modules.ts";

/** What `changeSteps` is asked and answers, in unit tests. */

/** A definition whose body tells the side that it is from. */
export function textOf({ name, type }: Module, side: "primary" | "replica"): string {
  if (type === "CLR") throw new Error("a CLR routine has no text");
  const word = moduleWord(type);
  return `CREATE ${word} [${name.schema}].[${name.name}]${word === "FUNCTION" ? "()" : ""} AS /* ${side} */`;
}

/** All that these plans and dependants have, with a text for each module that is not encrypted. */
export function changeContext(
  plans: readonly PlannedModule[],
  dependants: readonly Module[],
  facts: {
    readonly primaryText?: string;
    readonly replicaText?: string;
    readonly missing?: readonly NeededObject[];
  } = {},
): ChangeContext {
  const settings = ({ ansiNulls, quotedIdentifier }: Module) => ({ ansiNulls, quotedIdentifier });
  const texts = (modules: readonly Module[], side: "primary" | "replica", text?: string): Map<number, Definition> =>
    new Map(
      modules
        .filter(({ hash, type }) => hash !== undefined && type !== "CLR")
        .map((module) => [module.objectId, { text: text ?? textOf(module, side), ...settings(module) }]),
    );
  return {
    defaultSchema: "dbo",
    primaryText: texts(
      plans.flatMap(({ primary }) => primary ?? []),
      "primary",
      facts.primaryText,
    ),
    replicaText: texts(dependants, "replica", facts.replicaText),
    planOf: (module) =>
      plans.find(({ replica }) => replica !== undefined && tableKey(replica.name) === tableKey(module.name)),
    required: new Map(),
    standing: (module) => module,
    primaryIdOf: () => undefined,
    replicaDependencies: [],
    missingObjects: () => facts.missing ?? [],
  };
}

/** Steps in words: `drop v, keep`, `alter v (primary)`, `index v ix`. */
export function stepWords(step: ModuleStep): string {
  switch (step.kind) {
    case "drop":
      return `drop ${tableKey(step.module.name)}${step.keepAs === undefined ? "" : `, keep as ${step.keepAs}`}`;
    case "forget":
      return `forget ${tableKey(step.name)}`;
    case "drop-needed":
      return `drop ${step.object.kind} ${tableKey(step.object.name)}`;
    case "make-needed":
      return `make ${step.object.kind} ${tableKey(step.object.name)}`;
    case "make": {
      const action = step.definition.text.split(" ", 1).join("").toLowerCase();
      const side = step.definition.text.includes("/* replica */") ? "replica" : "primary";
      const restored = step.restoreFrom === undefined ? "" : `, restore ${step.restoreFrom}`;
      return `${action} ${tableKey(step.name)} (${side})${restored}`;
    }
    case "drop-index":
      return `drop index ${tableKey(step.view)} ${step.index}`;
    case "create-index":
      return `index ${tableKey(step.view)} ${step.index.name}`;
    case "record":
      return `record ${tableKey(step.record.name)}`;
  }
}

/** The steps in words. @throws Error where there are none */
export function wordsOf(result: StepsResult): string[] {
  return stepsOf(result).map(stepWords);
}

export function stepsOf(result: StepsResult): readonly ModuleStep[] {
  if (result.kind === "pending") throw new Error(`pending: ${result.reason}`);
  return result.steps;
}

export function settledBy(result: StepsResult): string[] {
  return result.kind === "pending" ? [] : result.settled.map(({ key }) => key);
}
