import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";

/**
 * Makes the folder that is deployed: dist/package with one file of code, host.json and a package.json, and no
 * node_modules. A worker reads one file instead of a thousand, which is most of a cold start.
 *
 * One file is also what lets the functions of a process share the app (its pools, its memory).
 */
const root = join(import.meta.dirname, "..");
const target = join(root, "dist/package");

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

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
const functions = readdirSync(join(root, "functions")).filter((file) => file.endsWith(".ts"));
await build({
  stdin: {
    contents: functions.map((file) => `import "./functions/${file}";`).join("\n"),
    resolveDir: root,
    sourcefile: "functions.ts",
    loader: "ts",
  },
  outfile: join(target, "functions.cjs"),
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  minify: true,
  // Names of classes and functions stand in errors and logs.
  keepNames: true,
  // For whoever reads a stack; the worker would parse a linked one at every start.
  sourcemap: "external",
  sourcesContent: false,
  plugins: [loadIdentityLate],
  // The worker has it; outside of a worker @azure/functions does without.
  external: ["@azure/functions-core"],
  define: { "import.meta.dirname": "__dirname" },
  logLevel: "warning",
});
cpSync(join(root, "host.json"), join(target, "host.json"));
const { name, version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
const manifest = { name, version, license, private: true, main: "functions.cjs", engines: { node: ">=20" } };
writeFileSync(join(target, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
