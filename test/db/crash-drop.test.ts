import { describeCrashes } from "../support/crash-describe.ts";
import { dropAt } from "../support/crash-run.ts";

describeCrashes("a connection that is lost, with the app going on", dropAt);
