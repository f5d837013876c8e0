import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { sqlError, sqlErrorWithState } from "../../../emulator/values/error-table.ts";

describe("sqlError", () => {
  it("puts arguments into the server's text, in order", () => {
    const error = sqlError(2627, "PRIMARY KEY", "PK_T", "dbo.T", "(1, abc)");
    expect(error.message).toBe(
      "Violation of PRIMARY KEY constraint 'PK_T'. Cannot insert duplicate key in object 'dbo.T'. The duplicate key value is (1, abc).",
    );
    expect([error.number, error.severity, error.state]).toEqual([2627, 14, 1]);
  });

  it.each([
    [207, ["x"], 16, "Invalid column name 'x'."],
    [1222, [], 16, "Lock request time out period exceeded."],
    [
      1205,
      [55, "lock"],
      13,
      "Transaction (Process ID 55) was deadlocked on lock resources with another process and has been chosen as the deadlock victim. Rerun the transaction.",
    ],
    [18456, ["sa"], 14, "Login failed for user 'sa'."],
    [
      3701,
      ["drop", "table", "dbo.x"],
      11,
      "Cannot drop the table 'dbo.x', because it does not exist or you do not have permission.",
    ],
    [8115, ["expression", "int"], 16, "Arithmetic overflow error converting expression to data type int."],
    [
      547,
      ["INSERT", "FOREIGN KEY", "FK", "d", "dbo.T", ", column '", "id", "'"],
      16,
      `The INSERT statement conflicted with the FOREIGN KEY constraint "FK". The conflict occurred in database "d", table "dbo.T", column 'id'.`,
    ],
  ])("%i", (number, args, severity, text) => {
    const error = sqlError(number, ...args);
    expect(error.message).toBe(text);
    expect(error.severity).toBe(severity);
  });

  it("keeps text with another state", () => {
    expect(sqlErrorWithState(208, 7, "x")).toMatchObject({
      number: 208,
      state: 7,
      message: "Invalid object name 'x'.",
    });
  });

  it("refuses numbers that it does not know, and a wrong count of arguments", () => {
    expect(() => sqlError(99999)).toThrow("error 99999 is not in the table");
    expect(() => sqlError(207)).toThrow("needs more arguments");
    expect(() => sqlError(207, "a", "b")).toThrow("takes 1 arguments");
  });

  it("is called with numbers that it knows and as many arguments as their texts take", () => {
    const wrong: string[] = [];
    const files = readdirSync("test/emulator", { recursive: true, encoding: "utf8" });
    for (const file of files.filter((name) => name.endsWith(".ts"))) {
      const source = ts.createSourceFile(file, readFileSync(`test/emulator/${file}`, "utf8"), ts.ScriptTarget.ES2023);
      const visit = (node: ts.Node): void => {
        ts.forEachChild(node, visit);
        if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) return;
        const { text } = node.expression;
        if (text !== "sqlError" && text !== "sqlErrorWithState") return;
        const [number, ...rest] = node.arguments;
        const args = text === "sqlError" ? rest : rest.slice(1);
        if (number === undefined || !ts.isNumericLiteral(number) || args.some((arg) => ts.isSpreadElement(arg))) return;
        try {
          sqlError(Number(number.text), ...args.map(() => "x"));
        } catch (error) {
          const { line } = source.getLineAndCharacterOfPosition(node.pos);
          wrong.push(`${file}:${line + 1} ${(error as Error).message}`);
        }
      };
      visit(source);
    }
    expect(wrong).toEqual([]);
  });
});
