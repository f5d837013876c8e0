import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build, type Plugin } from "esbuild";
import { bundledLicenses } from "./bundled-licenses.ts";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

/**
 * The driver loads @azure/identity, a third of all code, before it knows whether the login is an Entra one. In the package
 * it is loaded at the first use of one of its classes.
 */
const loadIdentityLate: Plugin = {
  name: "load-identity-late",
  setup(building) {
    building.onResolve({ filter: /^@azure\/identity$/ }, ({ importer, resolveDir, kind }) =>
      !/[\\/]tedious[\\/]/.test(importer) || kind !== "require-call"
        ? undefined
        : { path: "@azure/identity", namespace: "late", pluginData: resolveDir },
    );
    building.onLoad({ filter: /.*/, namespace: "late" }, ({ pluginData }) => ({
      contents: `module.exports = new Proxy({}, { get: (_, name) => require("@azure/identity")[name] });`,
      resolveDir: String(pluginData),
    }));
  },
};

/**
 * The driver requires the Azure SDK's packages, the app imports them: they bring one build for each, and both would be
 * bundled. Here whoever wants one gets the build for require.
 */
const oneDialectOfAzure: Plugin = {
  name: "one-dialect-of-azure",
  setup(building) {
    building.onResolve({ filter: /^@(azure|typespec)\// }, ({ path, importer, resolveDir, kind, namespace }) =>
      kind === "import-statement" || kind === "dynamic-import"
        ? building.resolve(path, { importer, resolveDir, namespace, kind: "require-call" })
        : undefined,
    );
  },
};

/**
 * Makes the folder that is deployed: one file of code with its source map, host.json, a package.json and the licences, and
 * no node_modules. A worker reads one file instead of a thousand, which is most of a cold start; one file is also what
 * lets the functions of a process share the app (its pools, its memory).
 *
 * The same sources and the same node_modules give the same bytes, wherever they lie.
 * @param root the project's folder
 * @param target emptied first
 * @throws what esbuild throws where the code does not bundle; Error where a bundled package has no licence
 */
export async function makePackageFolder(root: string, target: string): Promise<void> {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  const functions = readdirSync(join(root, "functions"))
    .filter((file) => file.endsWith(".ts"))
    .sort();
  const { metafile, outputFiles } = await build({
    stdin: {
      contents: functions.map((file) => `import "./functions/${file}";`).join("\n"),
      resolveDir: root,
      sourcefile: "functions.ts",
      loader: "ts",
    },
    absWorkingDir: root,
    // Written below, to the target: as if it lay here, so that the map names sources as the repository does.
    outfile: join(root, "functions.cjs"),
    write: false,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    minify: true,
    // Names of classes and functions stand in errors and logs.
    keepNames: true,
    // A worker reads it only when it is started with --enable-source-maps.
    sourcemap: "linked",
    sourcesContent: false,
    // They have a file of their own.
    legalComments: "none",
    // A node_modules that is linked to gives the same paths as one that lies there.
    preserveSymlinks: true,
    plugins: [loadIdentityLate, oneDialectOfAzure],
    // The worker has it; outside of a worker @azure/functions does without.
    external: ["@azure/functions-core"],
    define: { "import.meta.dirname": "__dirname" },
    metafile: true,
    logLevel: "warning",
  });
  for (const { path, contents } of outputFiles) writeFileSync(join(target, basename(path)), contents);
  const map = outputFiles.find(({ path }) => path.endsWith(".map"));
  const { sources } = JSON.parse(map?.text ?? "") as { readonly sources: readonly string[] };
  writeFileSync(join(target, "THIRD-PARTY-LICENSES.txt"), bundledLicenses(root, metafile, sources));
  for (const file of ["host.json", "LICENSE"]) cpSync(join(root, file), join(target, file));
  const { name, version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
  const manifest = { name, version, license, private: true, main: "functions.cjs", engines: { node: ">=20" } };
  writeFileSync(join(target, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
}
