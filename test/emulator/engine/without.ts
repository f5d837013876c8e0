/** A copy of an object that lacks some of its optional fields. */
export function without<T extends object, K extends keyof T>(source: T, ...keys: readonly K[]): Omit<T, K> {
  const copy: Partial<T> = { ...source };
  for (const key of keys) delete copy[key];
  return copy as Omit<T, K>;
}
