import { describeHistories } from "./describe-histories.ts";

describeHistories("random histories with snapshot isolation: the replica equals the primary at their end", 1, 100);
