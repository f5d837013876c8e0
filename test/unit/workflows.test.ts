import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const project = join(import.meta.dirname, "../..");
const folder = join(project, ".github/workflows");
const { scripts } = JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as {
  scripts: Readonly<Record<string, string>>;
};

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly "runs-on": string;
  readonly "timeout-minutes"?: number;
  readonly permissions?: unknown;
  readonly strategy?: { readonly matrix: Readonly<Record<string, readonly unknown[]>> };
  readonly services?: Readonly<Record<string, { readonly image: string; readonly options?: string }>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: unknown;
  readonly concurrency?: { readonly group: string };
  readonly jobs: Readonly<Record<string, Job>>;
}

const texts = readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), "utf8")] as const);
const workflows = texts.map(([file, text]) => [file, parse(text) as Workflow] as const);
const jobs = workflows.flatMap(([file, { jobs }]) =>
  Object.entries(jobs).map(([name, job]) => [`${file}: ${name}`, job] as const),
);

function workflow(file: string): Workflow {
  const found = workflows.find(([name]) => name === file);
  if (found === undefined) throw new Error(`there is no workflow ${file}`);
  return found[1];
}

const commands = (job: Job | undefined): string => (job?.steps ?? []).map(({ run }) => run ?? "").join("\n");

describe.each(workflows)("%s", (_, workflow) => {
  it("may read the repository and nothing else, and never runs twice at a time", () => {
    expect(workflow.permissions).toEqual({ contents: "read" });
    expect(workflow.concurrency?.group).toMatch(/\S/);
    expect(Object.keys(workflow.on)).not.toContain("pull_request_target");
  });
});

describe.each(jobs)("%s", (_, job) => {
  it("has a time limit, a fixed runner and no rights of its own", () => {
    expect(job["timeout-minutes"]).toBeGreaterThan(0);
    expect(job["runs-on"]).toMatch(/^ubuntu-\d\d\.\d\d$/);
    expect(job.permissions).toBeUndefined();
  });

  it("takes each action at one commit, and hands no credential on", () => {
    for (const { uses, with: inputs } of job.steps) {
      if (uses === undefined) continue;
      expect(uses).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
      if (uses.startsWith("actions/checkout@")) expect(inputs).toMatchObject({ "persist-credentials": false });
    }
  });

  it("runs scripts that exist, on paths that exist", () => {
    for (const [, script = ""] of commands(job).matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g)) {
      expect(Object.keys(scripts)).toContain(script);
    }
    for (const [, paths = ""] of commands(job).matchAll(/\bvitest run (.+)$/gm)) {
      for (const path of paths.split(" ")) expect(existsSync(join(project, path))).toBe(true);
    }
  });

  it("pins the images of its services", () => {
    const images = Object.values(job.services ?? {}).map(({ image }) => image);
    const fromMatrix = (job.strategy?.matrix["sql"] ?? []).map((entry) => (entry as { image: string }).image);
    for (const image of images) if (!image.startsWith("${{")) expect(image).toMatch(/:\d+\.\d+\.\d+/);
    for (const image of fromMatrix)
      expect(image).toMatch(/^mcr\.microsoft\.com\/mssql\/server:20\d\d-CU\d+(-\w+)*-ubuntu/);
    for (const { options } of Object.values(job.services ?? {})) expect(options).toContain("--health-cmd");
  });
});

describe("the pinned actions", () => {
  it("say which version they are", () => {
    for (const [, text] of texts) {
      for (const line of text.split("\n").filter((each) => each.includes("uses:")))
        expect(line).toMatch(/ # v\d+\.\d+\.\d+$/);
    }
  });
});

describe("ci.yml", () => {
  const { jobs } = workflow("ci.yml");

  it("tests on every Node.js that the app promises, demo included", () => {
    expect(jobs["test"]?.strategy?.matrix["node"]).toEqual(["20", "22", "24"]);
    expect(commands(jobs["test"])).toMatch(/^npm test$/m);
    expect(commands(jobs["test"])).toMatch(/^npm run demo$/m);
  });

  it("lints, checks the format and the types, and looks for known vulnerabilities", () => {
    for (const command of ["lint", "format:check", "ci:types"]) {
      expect(commands(jobs["check"])).toMatch(new RegExp(`^npm run ${command}$`, "m"));
    }
    expect(commands(jobs["check"])).toMatch(/^npm audit --omit=dev --audit-level=high$/m);
  });

  it("runs the database tests on two servers of each version, one of them docker-compose.yml's", () => {
    const { database } = jobs;
    const versions = (database?.strategy?.matrix["sql"] ?? []) as { version: string; image: string }[];
    expect(versions.map(({ version }) => version)).toEqual(["2019", "2022", "2025"]);
    for (const { version, image } of versions) expect(image).toContain(`server:${version}-CU`);
    const compose = readFileSync(join(project, "docker-compose.yml"), "utf8");
    expect(compose).toContain(versions[1]?.image);
    expect(Object.keys(database?.services ?? {})).toEqual(["primary", "replica"]);
    expect(database?.env?.["SQLSERVER_PRIMARY_URL"]).toContain("localhost:1434/");
    expect(database?.env?.["SQLSERVER_REPLICA_URL"]).toContain("localhost:1435/");
  });

  it("builds the package twice, compares the bytes and keeps one", () => {
    expect(commands(jobs["package"]).match(/npm run package/g)).toHaveLength(2);
    expect(commands(jobs["package"])).toMatch(/^cmp \S+mssql-sync\.zip \S+mssql-sync\.zip$/m);
    const upload = jobs["package"]?.steps.find(({ uses }) => uses?.startsWith("actions/upload-artifact@"));
    expect(upload?.with).toMatchObject({ "if-no-files-found": "error" });
  });

  it("builds and lints the infrastructure", () => {
    expect(commands(jobs["infra"])).toContain("lint infra/main.bicep");
    expect(existsSync(join(project, "infra/main.bicep"))).toBe(true);
  });
});

describe("nightly.yml", () => {
  it("plays random histories with a seed of its own, and kills the app", () => {
    const { jobs, on } = workflow("nightly.yml");
    expect(on).toHaveProperty("schedule");
    expect(commands(jobs["soak"])).toContain("--seed ${{ github.run_number }}");
    expect(commands(jobs["chaos"])).toContain("npm run demo -- --chaos");
  });
});

describe("dependabot.yml", () => {
  it("looks after packages, actions and images", () => {
    const { updates } = parse(readFileSync(join(project, ".github/dependabot.yml"), "utf8")) as {
      updates: { "package-ecosystem": string; directory: string }[];
    };
    expect(updates.map((update) => update["package-ecosystem"])).toEqual(["npm", "github-actions", "docker-compose"]);
    for (const { directory } of updates) expect(directory).toBe("/");
  });
});
