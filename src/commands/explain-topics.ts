// What `explain` may be asked about, and which rules speak of it: a rule, a verdict, a cause.

import type { Rule } from "../diagnosis/rule.ts";
import { type Cause, causes, type Verdict } from "../diagnosis/verdict.ts";
import { editDistance } from "../wire/edit-distance.ts";

export interface Topic {
  readonly kind: "rule" | "verdict" | "cause";
  readonly rules: readonly Rule[];
}

/** The verdicts that a cause leads to, the most usual first. */
const verdictsOfCause: Readonly<Record<Cause, readonly Verdict[]>> = {
  "proxy-drops-header": ["stripped"],
  "client-does-not-inject": ["stripped"],
  "transport-does-not-inject": ["stripped"],
  "goroutine-without-context": ["split"],
  "started-before-instrumentation": ["stripped", "unrecorded"],
  "middleware-missing": ["unrecorded"],
  "middleware-order": ["split", "ignored", "unrecorded"],
  "header-truncated": ["truncated"],
  "header-too-large": ["unrecorded"],
  "header-malformed": ["malformed"],
  "header-duplicated": ["malformed"],
  "header-case": ["ignored"],
  "restarts-trace": ["split", "ignored"],
  "format-mismatch": ["ignored", "split"],
  "format-translated-wrong": ["split"],
  "trace-id-shortened": ["split"],
  "one-backend-of-many": ["split", "stripped"],
  "reinjected-by-proxy": ["split"],
  "sampled-flag-changed": ["not-sampled"],
  unsampled: ["not-sampled"],
  "exporter-dns-failed": ["unrecorded"],
  "exporter-unreachable": ["unrecorded"],
  "exporter-tls-failed": ["unrecorded"],
  "exporter-rejected": ["unrecorded"],
  "exporter-queue-overflow": ["unrecorded"],
  "span-not-ended": ["unrecorded"],
  "service-name-missing": ["misattributed"],
  "pod-name-missing": ["misattributed"],
  "span-name-useless": ["misattributed"],
  "capture-cut": ["not-observable"],
  "joined-mid-connection": ["not-observable"],
  encrypted: ["not-observable"],
  retry: ["split"],
  "health-check": ["stripped"],
  "cors-preflight": ["stripped"],
  "forwarded-unchanged": ["split"],
  "intermediary-not-exported": ["unrecorded"],
  "two-injectors": ["split", "malformed"],
  unknown: ["stripped", "split", "ignored", "unrecorded"],
};

/** The causes that a verdict may have. */
export function causesOfVerdict(verdict: Verdict): readonly Cause[] {
  return causes.filter((cause) => verdictsOfCause[cause].includes(verdict));
}

/** Undefined when no rule speaks of it. */
export function findTopic(name: string, rules: readonly Rule[]): Topic | undefined {
  const rule = rules.find(({ id }) => id === name);
  if (rule !== undefined) return { kind: "rule", rules: [rule] };
  const cause = causes.find((known) => known === name);
  const verdicts: readonly string[] = cause === undefined ? [name] : verdictsOfCause[cause];
  const found = verdicts.flatMap((verdict) => rules.filter((each) => each.verdict === verdict));
  return found.length === 0 ? undefined : { kind: cause === undefined ? "verdict" : "cause", rules: found };
}

/** The names nearest to what was typed, best first; none when all are far. */
export function nearest(typed: string, names: readonly string[]): string[] {
  const wanted = typed.toLowerCase();
  const scored = names.map((name) => ({ name, distance: name.includes(wanted) && wanted.length > 2 ? 0 : editDistance(wanted, name) }));
  const best = Math.min(...scored.map((each) => each.distance));
  return best > Math.max(2, wanted.length * 0.4) ? [] : scored.filter((each) => each.distance === best).map(({ name }) => name);
}
