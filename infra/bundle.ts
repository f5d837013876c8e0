import { join } from "node:path";
import { makePackageFolder } from "./make-package-folder.ts";

const root = join(import.meta.dirname, "..");
await makePackageFolder(root, join(root, "dist/package"));
