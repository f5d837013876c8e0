import { describeHistories } from "./describe-histories.ts";

describeHistories("random histories without snapshot isolation: the replica equals the primary at their end", 2, 100);
