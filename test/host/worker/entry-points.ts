import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** The files that package.json `main` names. It may be a glob: `*` within a name, `**` over folders, `{a,b}`. */
export function entryPoints(appFolder: string): string[] {
  const manifest = JSON.parse(readFileSync(join(appFolder, "package.json"), "utf8")) as { main?: string };
  if (manifest.main === undefined) throw new Error("package.json has no main");
  const main = manifest.main.replace(/^\.\//, "");
  const folder = join(appFolder, /^(?:[^*?{[]*\/)?/.exec(main)?.[0] ?? "");
  const pattern = globPattern(main);
  const files = readdirSync(folder, { withFileTypes: true, recursive: main.includes("**") })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(appFolder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((path) => pattern.test(path))
    .sort();
  if (files.length === 0) throw new Error(`Found zero files matching the supplied pattern "${main}"`);
  return files.map((path) => join(appFolder, path));
}

function globPattern(glob: string): RegExp {
  const source = glob.replace(/\*\*\/|\*|\{[^}]*\}|[.+^$()|[\]\\?]/g, (token) => {
    if (token === "**/") return "(?:.*/)?";
    if (token === "*") return "[^/]*";
    if (token.startsWith("{")) return `(?:${token.slice(1, -1).split(",").map(escape).join("|")})`;
    return escape(token);
  });
  return new RegExp(`^${source}$`);
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
