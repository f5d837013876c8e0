import { type CodePage, codePage, isMultiByte } from "./code-page.ts";
import { COLLATION_VERSIONS, SQL_COLLATIONS, WINDOWS_DESIGNATORS } from "./collation-names.ts";
import { withoutKeptBytes } from "./kept-bytes.ts";
import { Unsupported } from "./sql-error.ts";
import { textComparer, type TextComparer } from "./text-comparer.ts";

/** What a collation's name says ("Collation and Unicode support"). Names are compared without regard to case. */
export interface Collation {
  /** In the server's own spelling. */
  readonly name: string;
  readonly lcid: number;
  /** 0 for a Windows collation. */
  readonly sortId: number;
  /** 0..3: 80, 90, 100, 140. */
  readonly version: number;
  /** 0: Unicode only. 65001: a UTF8 collation. */
  readonly codePage: number;
  readonly locale: string;
  readonly caseSensitive: boolean;
  readonly accentSensitive: boolean;
  readonly kanaSensitive: boolean;
  readonly widthSensitive: boolean;
  /** "BIN" compares code units, "BIN2" code points. */
  readonly binary: "" | "BIN" | "BIN2";
  readonly supplementary: boolean;
  readonly utf8: boolean;
}

/** What a server is installed with in the United States, and Azure SQL Database's default. */
export const DEFAULT_COLLATION = "SQL_Latin1_General_CP1_CI_AS";

interface Known {
  readonly collation: Collation;
  /** [MS-TDS] 2.2.5.1.2 */
  readonly wire: Buffer;
  readonly comparer: TextComparer;
}

const designators = new Map(
  Object.entries(WINDOWS_DESIGNATORS).map(([name, value]) => [name.toLowerCase(), { name, ...value }]),
);
const sqlCollations = new Map(Object.keys(SQL_COLLATIONS).map((name) => [name.toLowerCase(), name]));
const known = new Map<string, Known | null>();
const byWire = new Map<string, string>();

const WINDOWS_NAME = /^([a-z0-9_]+?)(?:_(90|100|140))?_(?:(BIN2?)|(C[IS])_(A[IS])(_KS)?(_WS)?(_SC)?(_VSS)?)(_UTF8)?$/i;

function parseSql(name: string): Collation | undefined {
  const spelled = sqlCollations.get(name.toLowerCase());
  const entry = spelled === undefined ? undefined : SQL_COLLATIONS[spelled];
  if (spelled === undefined || entry === undefined) return undefined;
  const [sortId, page, base] = entry;
  const { lcid, locale } = WINDOWS_DESIGNATORS[base]!;
  return {
    name: spelled,
    lcid,
    sortId,
    version: 0,
    codePage: page,
    locale,
    caseSensitive: !spelled.includes("_CI_"),
    accentSensitive: !spelled.endsWith("_AI"),
    kanaSensitive: false,
    widthSensitive: false,
    binary: spelled.endsWith("_BIN") ? "BIN" : "",
    supplementary: false,
    utf8: false,
  };
}

function parseWindows(name: string): Collation | undefined {
  const match = WINDOWS_NAME.exec(name);
  const base = match === null ? undefined : designators.get(match[1]!.toLowerCase());
  if (match === null || base?.versions.includes(match[2] ?? "") !== true) return undefined;
  const version = COLLATION_VERSIONS[match[2] ?? ""]!;
  const binary = (match[3]?.toUpperCase() ?? "") as Collation["binary"];
  const utf8 = match[10] !== undefined;
  // "_UTF8 works with version 90 _SC, version 100 and up, and BIN2": "Collation and Unicode support".
  if (utf8 && (binary === "BIN" || (binary === "" && match[8] === undefined && version < 3) || version === 0)) {
    return undefined;
  }
  if (match[8] !== undefined && (version === 0 || version === 3)) return undefined;
  if (match[9] !== undefined && version !== 3) return undefined;
  const upper = (index: number): string => match[index]?.toUpperCase() ?? "";
  const style = binary === "" ? `${upper(4)}_${upper(5)}${upper(6)}${upper(7)}${upper(8)}${upper(9)}` : binary;
  return {
    name: `${base.name}${match[2] === undefined ? "" : `_${match[2]}`}_${style}${upper(10)}`,
    lcid: base.lcid,
    sortId: 0,
    version,
    codePage: utf8 ? 65001 : base.codePage,
    locale: base.locale,
    caseSensitive: binary !== "" || upper(4) === "CS",
    accentSensitive: binary !== "" || upper(5) === "AS",
    kanaSensitive: binary !== "" || match[6] !== undefined,
    widthSensitive: binary !== "" || match[7] !== undefined,
    binary,
    supplementary: match[8] !== undefined || version === 3,
    utf8,
  };
}

function wireOf(collation: Collation): Buffer {
  const flag = (set: boolean, bit: number): number => (set ? 2 ** bit : 0);
  const plain = collation.binary === "";
  const bits =
    collation.lcid +
    flag(plain && !collation.caseSensitive, 20) +
    flag(plain && !collation.accentSensitive, 21) +
    flag(plain && !collation.widthSensitive, 22) +
    flag(plain && !collation.kanaSensitive, 23) +
    flag(collation.binary === "BIN", 24) +
    flag(collation.binary === "BIN2", 25) +
    flag(collation.utf8, 26) +
    collation.version * 2 ** 28;
  const wire = Buffer.alloc(5);
  wire.writeUInt32LE(bits, 0);
  wire[4] = collation.sortId;
  return wire;
}

function find(name: string): Known | null {
  const key = name.toLowerCase();
  let entry = known.get(key);
  if (entry === undefined) {
    const collation = parseSql(name) ?? parseWindows(name);
    entry = collation === undefined ? null : { collation, wire: wireOf(collation), comparer: textComparer(collation) };
    known.set(key, entry);
  }
  return entry;
}

function get(name: string | undefined): Known {
  const entry = find(name ?? DEFAULT_COLLATION);
  if (entry === null) throw new Error(`collation ${name}: not known; ask isKnownCollation first`);
  return entry;
}

/** False: the server answers 448, `Invalid collation '%.*ls'.` */
export function isKnownCollation(name: string): boolean {
  return find(name) !== null;
}

/** Undefined is the default collation, here and below. @throws Error for a name that is not known. */
export function collation(name: string | undefined): Collation {
  return get(name).collation;
}

export function isCaseSensitive(name: string | undefined): boolean {
  return get(name).collation.caseSensitive;
}

/** The 5 bytes of [MS-TDS] 2.2.5.1.2. Do not write into the buffer: it is shared. */
export function collationToWire(name: string | undefined): Buffer {
  return get(name).wire;
}

/**
 * The collation of 5 wire bytes. They do not tell Latin1_General from another designator of the same locale, nor _SC:
 * the first one in the alphabet without _SC (with it for UTF8) is taken. Five zeros are "raw": the default collation.
 * Undefined: no collation that is known here.
 */
export function collationFromWire(wire: Buffer): string | undefined {
  const key = wire.toString("hex");
  if (key === "0000000000") return DEFAULT_COLLATION;
  if (byWire.size === 0) indexByWire();
  const exact = byWire.get(key);
  if (exact !== undefined) return exact;
  // A client may send a sort id with its own flags (FreeTDS does): the sort id alone names the collation.
  const sortId = wire[4]!;
  return sortId === 0 ? undefined : Object.entries(SQL_COLLATIONS).find(([, entry]) => entry[0] === sortId)?.[0];
}

function indexByWire(): void {
  const names = [...Object.keys(SQL_COLLATIONS)];
  const styles = ["BIN", "BIN2"];
  for (const letters of ["CI_AS", "CS_AS", "CI_AI", "CS_AI"]) {
    for (const kana of ["", "_KS"]) for (const width of ["", "_WS"]) styles.push(letters + kana + width);
  }
  for (const base of Object.keys(WINDOWS_DESIGNATORS)) {
    for (const version of ["", "_90", "_100", "_140"]) {
      for (const style of styles) {
        names.push(
          `${base}${version}_${style}`,
          `${base}${version}_${style}_UTF8`,
          `${base}${version}_${style}_SC_UTF8`,
        );
      }
    }
  }
  for (const name of names) {
    const parsed = parseSql(name) ?? parseWindows(name);
    if (parsed === undefined) continue;
    const key = wireOf(parsed).toString("hex");
    if (!byWire.has(key)) byWire.set(key, parsed.name);
  }
}

/** @throws Unsupported for a collation of Unicode types only: what the server makes of char and varchar in expressions is not known */
function pageOf(name: string | undefined): CodePage {
  const { collation: found } = get(name);
  if (found.codePage === 0) throw new Unsupported(`char or varchar in the collation ${found.name}`);
  return codePage(found.codePage);
}

/** The bytes that a text has in char, varchar and text of this collation. What the code page lacks becomes '?'. */
export function encodeText(text: string, name: string | undefined): Buffer {
  return pageOf(name).encode(text);
}

/** Bytes that are no character of the code page are kept: see kept-bytes.ts. */
export function decodeText(bytes: Buffer, name: string | undefined): string {
  return pageOf(name).decode(bytes);
}

/** Whether the texts of a char or varchar type may hold kept bytes, that mean nothing to other types. */
export function mayKeepBytes(name: string | undefined): boolean {
  return isMultiByte(get(name).collation.codePage);
}

/** A text of a char or varchar type as Unicode has it. @throws Unsupported where it has bytes that are no character */
export function unicodeText(text: string, name: string | undefined): string {
  return pageOf(name).unicode(text);
}

/** A Unicode text as a char or varchar type of the collation can take it: without lone surrogates, that would pass for kept bytes. */
export function withoutLoneSurrogates(text: string, name: string | undefined): string {
  return withoutKeptBytes(text, get(name).collation.utf8 ? "\ufffd" : "?");
}

/**
 * Order of two texts: negative, 0, positive. Trailing blanks do not count (ANSI SQL padding; LIKE and DATALENGTH are
 * not this function's business). Zero exactly where `collationKey` is equal.
 */
export function compareStrings(name: string | undefined, a: string, b: string): number {
  return get(name).comparer.compare(a, b);
}

/** The same as a function of two texts, for sorting: looked up once. */
export function stringComparer(name: string | undefined): (a: string, b: string) => number {
  return get(name).comparer.compare;
}

/** A text that is equal for texts which the collation calls equal, and only for those: the key of a Map. */
export function collationKey(name: string | undefined, text: string): string {
  return get(name).comparer.key(text);
}
