/** Passwords of every kind of sign that means something in a URL, a connection string, JSON, T-SQL or a log line. */
export const hardPasswords: readonly string[] = [
  "canary@:/#?%;'\"{}&=+ end",
  "canary'';\"\"--]]end",
  "canary%2Fend%zz",
  "canary\\n\\\\u0041\\end",
  "canary\nend\tof\r\nlines",
  "canary ünïcode😀 \u202eend",
  "  canary blanks  ",
  "canary$1$&$$end",
  "{canary}=end;",
];

/**
 * Every spelling of a secret that a text may hold: made here by other means than the product's, so that a spelling which
 * the product forgets is found.
 */
export function spellings(secret: string): string[] {
  const escapes = (text: string, safe: RegExp, hex: (code: string) => string): string =>
    [...text]
      .map((sign) => (safe.test(sign) ? sign : [...Buffer.from(sign)].map((b) => hex(two(b))).join("")))
      .join("");
  const two = (byte: number): string => byte.toString(16).padStart(2, "0");
  const upper = (code: string): string => `%${code.toUpperCase()}`;
  const lower = (code: string): string => `%${code}`;
  const quoted = [secret, secret.replace(/"/g, '""'), secret.replace(/'/g, "''")];
  return [
    ...new Set([
      ...quoted,
      ...quoted.map((text) => JSON.stringify(text).replace(/^"|"$/g, "")),
      encodeURIComponent(secret),
      escapes(secret, /[A-Za-z0-9\-_.~]/, upper),
      escapes(secret, /[A-Za-z0-9\-_.~]/, lower),
      new URLSearchParams({ x: secret }).toString().slice(2),
      secret.trim(),
    ]),
  ];
}

/** The spellings that stand in a text; a secret's middle is enough to give it away. */
export function leaks(text: string, ...secrets: readonly string[]): string[] {
  return secrets.flatMap(spellings).filter((spelling) => text.includes(spelling));
}
