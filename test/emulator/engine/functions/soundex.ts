// prettier-ignore
const CODES: Record<string, string> = {
  b: "1", f: "1", p: "1", v: "1", c: "2", g: "2", j: "2", k: "2", q: "2", s: "2", x: "2", z: "2",
  d: "3", t: "3", l: "4", m: "5", n: "5", r: "6",
};

/** SOUNDEX at compatibility level 110 and above: letters parted by H or W count as one. */
export function soundex(text: string): string {
  const letters = /^[a-z]+/i.exec(text)?.[0].toLowerCase() ?? "";
  if (letters === "") return "0000";
  let out = letters[0]!.toUpperCase();
  let last = CODES[letters[0]!] ?? "";
  for (const letter of letters.slice(1)) {
    const code = CODES[letter] ?? "";
    if (code !== "" && code !== last) out += code;
    if (letter !== "h" && letter !== "w") last = code;
    if (out.length === 4) break;
  }
  return out.padEnd(4, "0");
}
