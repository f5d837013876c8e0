import { createHash } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { zipFolder } from "./zip-folder.ts";

/** What a deployment uploads. More than this is a mistake in what is bundled. */
const maxBytes = 5_000_000;

const dist = join(import.meta.dirname, "../dist");
const file = join(dist, "mssql-sync.zip");
if (!existsSync(join(dist, "package"))) throw new Error(`${dist}/package is missing: run "npm run bundle" first`);
const zip = zipFolder(join(dist, "package"));
if (zip.length > maxBytes) {
  throw new Error(
    `the package has ${zip.length.toLocaleString("en-US")} bytes, more than ${maxBytes.toLocaleString("en-US")}`,
  );
}
writeFileSync(file, zip);
console.log(`dist/mssql-sync.zip  ${zip.length.toLocaleString("en-US")} bytes`);
console.log(`sha256 ${createHash("sha256").update(zip).digest("hex")}`);
