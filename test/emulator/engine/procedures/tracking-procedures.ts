import { cleanUp } from "../../change-tracking/cleanup.ts";
import type { Execution } from "../session/execution.ts";
import type { Step } from "../session/step.ts";
import type { CallArgument } from "./procedure-call.ts";
import { namedArguments } from "./system-procedures.ts";

/** sys.sp_flush_CT_internal_table_on_demand: cleanup at once. */
// eslint-disable-next-line require-yield
export function* flushTracking(args: readonly CallArgument[], execution: Execution): Step<number> {
  namedArguments("sp_flush_CT_internal_table_on_demand", ["@tabletoclean"], args);
  cleanUp(execution.session.currentDatabase);
  return 0;
}
