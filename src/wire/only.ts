/** The one value of a list; undefined where there is none, or more than one. */
export function only<T>(values: readonly T[]): T | undefined {
  return values.length === 1 ? values[0] : undefined;
}
