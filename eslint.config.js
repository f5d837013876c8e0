import js from "@eslint/js";
import tseslint from "typescript-eslint";

/** The layers: each folder with the folders it may not import from. A folder is a stage of the row's way. */
const layers = {
  "src/model": ["sql", "db", "primary", "relay", "replica", "state", "modules", "verify", "tick"],
  "src/sql": ["db", "primary", "relay", "replica", "state", "modules", "verify", "tick"],
  "src/db": ["primary", "relay", "replica", "state", "modules", "verify", "tick"],
  "src/primary": ["replica", "state", "modules", "verify", "tick"],
  "src/replica": ["primary", "state", "modules", "verify", "tick"],
  "src/relay": ["primary", "replica", "state", "modules", "verify", "tick"],
  "src/state": ["primary", "relay", "replica", "modules", "verify", "tick", "operations", "http"],
  "src/operations": ["tick", "http"],
  "src/tick": ["http"],
  "src/modules": ["tick", "verify"],
  "src/verify": ["tick", "modules", "operations", "http"],
};

/** The emulator's layers, lower ones first: a folder imports only from those before it. */
const emulatorLayers = ["values", "tds", "tsql", "storage", "change-tracking", "catalog", "engine"];

const layerRules = [
  ...Object.entries(layers).map(([folder, forbidden]) => ({
    files: [`${folder}/**/*.ts`],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [{ regex: `^\\.\\./(${forbidden.join("|")})/`, message: `${folder} may not import it` }] },
      ],
    },
  })),
  ...emulatorLayers.map((layer, at) => ({
    files: [`test/emulator/${layer}/**/*.ts`],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            ...(at + 1 < emulatorLayers.length
              ? [{ regex: `/(${emulatorLayers.slice(at + 1).join("|")})/`, message: "an upper layer of the emulator" }]
              : []),
            { regex: "/src/", message: "the emulator knows nothing of the product" },
          ],
        },
      ],
    },
  })),
  {
    files: ["src/**/*.ts", "functions/**/*.ts"],
    ignores: Object.keys(layers).map((folder) => `${folder}/**`),
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [{ regex: "/test/", message: "the product never needs its tests" }] },
      ],
    },
  },
];

export default tseslint.config(
  { ignores: ["dist/**", "test-results/**", "node_modules/**"] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ["*.js"] }, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "max-lines": ["error", { max: 400 }],
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/return-await": ["error", "in-try-catch"],
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
    },
  },
  { files: ["functions/**/*.ts"], rules: { "max-lines": ["error", { max: 60 }] } },
  ...layerRules,
  { files: ["**/*.js"], ...tseslint.configs.disableTypeChecked },
);
