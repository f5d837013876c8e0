import type { Collation } from "./collation.ts";

/** How a collation orders texts. `compare` is zero exactly where the keys are equal; trailing blanks do not count. */
export interface TextComparer {
  readonly compare: (a: string, b: string) => number;
  readonly key: (text: string) => string;
}

/** Letters that Windows expands: "ß" is equal to "ss", "æ" to "ae" where the collation ignores case or not. */
const EXPANSIONS: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  Æ: "AE",
  œ: "oe",
  Œ: "OE",
  þ: "th",
  Þ: "TH",
  ĳ: "ij",
  Ĳ: "IJ",
};

const EXPANDED = /[ßæÆœŒþÞĳĲ]/g;
const MARKS = /\p{Mn}/gu;
const KATAKANA = /[\u30a1-\u30f6]/g;
const SURROGATES = /[\ud800-\udfff]/g;
// Skipped by the Windows sorting tables; SQL collations give them weights of their own.
const IGNORABLE = /[\0-\x08\x0e-\x1f\x7f\u00ad\u200b-\u200f\u2060-\u2064\ufeff]/g; // eslint-disable-line no-control-regex
const WIDE = /[\uff01-\uff9f\u3000]/g;

const PLAIN = /^[ -~]*$/;

const BLANK = 0x20;

function trimmed(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === BLANK) end--;
  return end === text.length ? text : text.slice(0, end);
}

/** BIN and BIN2 order; the shorter text counts as filled with blanks. */
function binaryComparer(byCodePoint: boolean): TextComparer {
  // Surrogates stand below U+E000..U+FFFF as code units but above them as code points.
  const weight = byCodePoint
    ? (unit: number): number => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit)
    : (unit: number): number => unit;
  return {
    key: trimmed,
    compare(a, b) {
      const length = Math.max(a.length, b.length);
      for (let at = 0; at < length; at++) {
        const left = at < a.length ? a.charCodeAt(at) : BLANK;
        const right = at < b.length ? b.charCodeAt(at) : BLANK;
        if (left !== right) return weight(left) - weight(right);
      }
      return 0;
    },
  };
}

/** The text with everything taken away that the collation does not see. */
function canonicalForm(collation: Collation): (text: string) => string {
  const windows = collation.sortId === 0;
  return (text) => {
    let form = trimmed(text);
    if (!collation.widthSensitive) form = form.replace(WIDE, (wide) => wide.normalize("NFKC"));
    // Version 80 has no weights for supplementary characters: all of them are equal, also to nothing.
    if (collation.version === 0) form = form.replace(SURROGATES, "");
    if (windows) form = form.replace(IGNORABLE, "");
    form = form.replace(EXPANDED, (letter) => EXPANSIONS[letter]!);
    if (!collation.kanaSensitive) {
      form = form.replace(KATAKANA, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60));
    }
    form = collation.accentSensitive ? form.normalize("NFC") : form.normalize("NFD").replace(MARKS, "");
    if (!collation.caseSensitive) form = lower(form, collation.locale);
    return trimmed(form);
  };
}

/** Only Turkish and Azeri (dotted and dotless i) fold otherwise than everybody. */
function lower(text: string, locale: string): string {
  return locale === "tr" || locale === "az" ? text.toLocaleLowerCase(locale) : text.toLowerCase();
}

/** Weight of each printable ASCII character in the collator's own order; 0: not for the fast path. */
function asciiWeights(collator: Intl.Collator): Uint8Array {
  const characters = Array.from({ length: 0x7f - BLANK }, (_, at) => String.fromCharCode(BLANK + at));
  characters.sort((a, b) => collator.compare(a, b));
  const weights = new Uint8Array(128);
  let weight = 0;
  characters.forEach((character, at) => {
    if (at === 0 || collator.compare(characters[at - 1]!, character) !== 0) weight++;
    weights[character.charCodeAt(0)] = weight;
  });
  return weights;
}

/** Locales in which two ASCII letters can sort as one ("ch", "lj", "aa"): no character by character comparison there. */
const CONTRACTING = /^(?:cs|sk|hu|hr|bs|sr|cy|da|nb|sq|br|vi|mt|tr|az|uz|es-u-co-trad)/;

function linguisticComparer(collation: Collation): TextComparer {
  const canonical = canonicalForm(collation);
  const sensitivity = collation.accentSensitive
    ? collation.caseSensitive
      ? "variant"
      : "accent"
    : collation.caseSensitive
      ? "case"
      : "base";
  const collator = new Intl.Collator(collation.locale, { sensitivity, ignorePunctuation: false, numeric: false });
  const weights = asciiWeights(new Intl.Collator(collation.locale, { sensitivity: "base" }));
  const fast = !CONTRACTING.test(collation.locale);

  function slow(a: string, b: string): number {
    const left = canonical(a);
    const right = canonical(b);
    if (left === right) return 0;
    // Where ICU sees no difference but the canonical forms do, code points decide, so that the order is total.
    return collator.compare(left, right) || (left < right ? -1 : 1);
  }

  function compare(a: string, b: string): number {
    if (a === b) return 0;
    if (!fast) return slow(a, b);
    const length = Math.max(a.length, b.length);
    let cased = 0;
    for (let at = 0; at < length; at++) {
      const left = at < a.length ? a.charCodeAt(at) : BLANK;
      const right = at < b.length ? b.charCodeAt(at) : BLANK;
      if (left >= 0x7f || right >= 0x7f || left < BLANK || right < BLANK) return slow(a, b);
      if (left === right) continue;
      const difference = weights[left]! - weights[right]!;
      // A difference of letters decides only when no combining mark follows: the rest is looked at for that alone.
      if (difference !== 0) return isPlain(a, at + 1) && isPlain(b, at + 1) ? difference : slow(a, b);
      // Same letter in another case: lower case first, and only if no letter differs further on.
      if (collation.caseSensitive && cased === 0) cased = right - left;
    }
    return cased;
  }

  function key(text: string): string {
    const plain = PLAIN.test(text);
    if (plain && collation.caseSensitive) return trimmed(text);
    if (plain && fast) return trimmed(text).toLowerCase();
    return canonical(text);
  }

  return { compare, key };
}

/** True when the next character is printable ASCII (or the text ends): nothing after it can reach back. */
function isPlain(text: string, at: number): boolean {
  const unit = at < text.length ? text.charCodeAt(at) : BLANK;
  return unit >= BLANK && unit < 0x7f;
}

export function textComparer(collation: Collation): TextComparer {
  return collation.binary === "" ? linguisticComparer(collation) : binaryComparer(collation.binary === "BIN2");
}
