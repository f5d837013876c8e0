/** How the app logs in at Redis: by what its URL says, or by a token of Microsoft Entra. */
export type RedisAuth = "url" | "entra";

export const redisAuths: readonly RedisAuth[] = ["url", "entra"];

/** What is wrong with REDIS_URL; never repeats any of it. */
export function redisUrlProblem(value: string, auth: RedisAuth | undefined): string | undefined {
  if (value === "") return "is missing";
  let url: URL;
  try {
    url = new URL(value);
    decodeURIComponent(url.password);
    decodeURIComponent(url.username);
  } catch {
    return "is no URL; characters like @ : / # ? in the password are written as %40 %3A %2F %23 %3F";
  }
  if (url.protocol !== "redis:" && url.protocol !== "rediss:") return "must begin with redis:// or rediss:// (TLS)";
  if (url.hostname === "") return "names no host";
  if (!/^(\/\d{0,3})?$/.test(url.pathname)) return "may have a database number as its path, nothing else";
  if (url.search !== "" || url.hash !== "") {
    return "has text after ? or #, which means nothing here; in the password they are written as %3F %23";
  }
  if (auth !== "entra") return undefined;
  if (url.protocol !== "rediss:") {
    return "must begin with rediss:// (TLS) where REDIS_AUTH is entra: a token never goes out unencrypted";
  }
  if (url.username !== "" || url.password !== "") {
    return "holds a user or password, and REDIS_AUTH is entra: leave them out, a token takes their place";
  }
  return undefined;
}

/** The password as it is and as it was written. */
export function redisSecrets(value: string): string[] {
  const password = URL.canParse(value) ? new URL(value).password : "";
  return password === "" ? [] : [password, decodeURIComponent(password)];
}
