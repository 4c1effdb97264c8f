// Lists at the keys of a map.

export function groupBy<T, K>(all: Iterable<T>, keyOf: (value: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const value of all) addTo(groups, keyOf(value), value);
  return groups;
}

export function addTo<T, K>(groups: Map<K, T[]>, key: K, value: T): void {
  const known = groups.get(key);
  if (known === undefined) groups.set(key, [value]);
  else known.push(value);
}
