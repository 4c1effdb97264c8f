import { fnv1a } from "../wire/fnv1a.ts";

/**
 * At most `limit` of the ids, sorted, and those of `always` among them. Which others is decided by a hash of the id, so that two runs, and two captures of
 * the same traffic, choose the same, and no service or time is preferred.
 */
export function chooseTraceIds(ids: readonly string[], limit: number, always: readonly string[] = []): readonly string[] {
  const unique = [...new Set(ids)].sort();
  if (unique.length <= limit) return unique;
  const kept = new Set(always.filter((id) => ids.includes(id)));
  const hashed = unique.filter((id) => !kept.has(id)).map((id) => ({ id, hash: fnv1a(id) }));
  hashed.sort((a, b) => a.hash - b.hash || (a.id < b.id ? -1 : 1));
  return [...kept, ...hashed.slice(0, Math.max(0, limit - kept.size)).map(({ id }) => id)].sort();
}
