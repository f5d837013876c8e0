/**
 * A secret in all the spellings in which it may turn up in a text: as it is, percent-encoded in several ways, escaped for
 * JSON, quoted for a connection string or T-SQL, with its white space on one line. The longest first, so that none is
 * replaced by parts.
 */
export function secretForms(secret: string): string[] {
  const plain = [secret, secret.replaceAll('"', '""'), secret.replaceAll("'", "''"), secret.replaceAll("'", "\\'")];
  const forms = new Set<string>(plain);
  for (const text of plain) forms.add(JSON.stringify(text).slice(1, -1));
  for (const text of percentEncoded(secret)) {
    forms.add(text);
    forms.add(text.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()));
  }
  forms.add(secret.replaceAll(/\s+/g, " ").trim());
  return [...forms].sort((a, b) => b.length - a.length);
}

function percentEncoded(text: string): string[] {
  const url = new URL("redis://host");
  url.password = text;
  const form = new URLSearchParams([["", text]]).toString().slice(1);
  // A lone half of a surrogate pair has no UTF-8; encodeURIComponent would throw.
  const component = encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, "\uFFFD"));
  const all = component.replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  return [url.password, form, component, all];
}
