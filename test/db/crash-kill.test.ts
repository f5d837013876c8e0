import { describeCrashes } from "../support/crash-describe.ts";
import { killAt } from "../support/crash-run.ts";

describeCrashes("a process that is killed, with another in its place", killAt);
