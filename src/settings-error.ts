import { describeProblem, type SettingProblem } from "./config.ts";

/** The app cannot start with these settings. Its text is all an operator needs, so it carries no stack. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  readonly problems: readonly SettingProblem[];

  constructor(problems: readonly SettingProblem[]) {
    super(["Wrong or missing settings:", ...problems.map((problem) => `  ${describeProblem(problem)}`)].join("\n"));
    this.problems = problems;
    this.stack = `${this.name}: ${this.message}`;
  }
}
