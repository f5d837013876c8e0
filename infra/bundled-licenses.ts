import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Metafile } from "esbuild";

interface BundledPackage {
  /** Below the project, as `node_modules/redis`. */
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  /** SPDX expression of its package.json. */
  readonly license: string;
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string | { readonly type?: string };
  readonly author?: string | { readonly name?: string };
  readonly repository?: string | { readonly url?: string };
}

/**
 * The licences of everything that was bundled: packages in the order of their names, each with its SPDX expression and
 * the texts that it brings (LICENSE, LICENCE, COPYING, NOTICE); each text stands once, below all packages that bring it.
 * @param mapSources the source map's: they also name packages that a bundled one has inlined
 * @throws Error naming a package whose licence is not known: such code must not be shipped
 */
export function bundledLicenses(root: string, { outputs }: Metafile, mapSources: readonly string[]): string {
  const inputs = Object.values(outputs).flatMap((output) => Object.keys(output.inputs));
  const packages = packageFolders(root, [...inputs, ...mapSources]).map((folder) => readPackage(root, folder));
  const byText = new Map<string, BundledPackage[]>();
  for (const bundled of packages) {
    const text = licenseText(root, bundled);
    byText.set(text, [...(byText.get(text) ?? []), bundled]);
  }
  const head = "mssql-sync is bundled with the packages below. Each is licensed by its own authors, as stated with it.";
  const sections = [...byText].map(([text, those]) => [...new Set(those.map(title)), "", text].join("\n"));
  return `${[head, ...sections].join(`\n\n${"-".repeat(80)}\n`)}\n`;
}

/** The innermost package of each file; what is named by a path that does not exist came with the package that names it. */
function packageFolders(root: string, files: readonly string[]): string[] {
  const folders = files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []);
  return [...new Set(folders)]
    .filter((folder) => existsSync(join(root, folder, "package.json")))
    .sort((a, b) => (packageName(a) < packageName(b) ? -1 : 1));
}

function packageName(folder: string): string {
  return `${folder.slice(folder.lastIndexOf("node_modules/") + "node_modules/".length)} ${folder}`;
}

function readPackage(root: string, folder: string): BundledPackage {
  const { name, version, license } = readManifest(root, folder);
  const spdx = typeof license === "object" ? license.type : license;
  if (name === undefined || version === undefined || spdx === undefined || spdx === "") {
    throw new Error(`${folder} is bundled, and its package.json has no name, version or license`);
  }
  return { folder, name, version, license: spdx };
}

function readManifest(root: string, folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Manifest;
}

function title({ name, version, license }: BundledPackage): string {
  return `${name} ${version} (${license})`;
}

/** @throws Error where it brings none, unless its licence is MIT, whose text is known */
function licenseText(root: string, { folder, license }: BundledPackage): string {
  const files = readdirSync(join(root, folder))
    .filter((file) => /^(licen[cs]e|copying|notice)\b/i.test(file))
    .sort();
  if (files.length > 0) {
    return files
      .map((file) =>
        readFileSync(join(root, folder, file), "utf8")
          .replaceAll("\r\n", "\n")
          .trim(),
      )
      .join("\n\n");
  }
  if (license !== "MIT") throw new Error(`${folder} is bundled under ${license} and brings no text of it`);
  const { author, repository } = readManifest(root, folder);
  const who = typeof author === "object" ? author.name : author;
  const where = typeof repository === "object" ? repository.url : repository;
  return `MIT License\n\nCopyright (c) ${who ?? "its authors"}${where === undefined ? "" : `, ${where}`}\n\n${mitText}`;
}

/** As https://spdx.org/licenses/MIT has it, below the line of copyright. */
const mitText = `Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`;
