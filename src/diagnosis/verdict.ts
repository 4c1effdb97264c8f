// The closed sets of the report: what happened to a context, why, and how grave it is. They are API: never renamed, never reused.

export const verdicts = [
  "stripped",
  "truncated",
  "split",
  "malformed",
  "ignored",
  "unrecorded",
  "misattributed",
  "not-sampled",
  "not-observable",
] as const;

export type Verdict = (typeof verdicts)[number];

/**
 * What a fault is counted under beside its verdict. Causes that have nothing to do with one another are counted apart: all of some verdicts, and those
 * that the bytes of each exchange prove. Others are told by many exchanges together, and so counted together ("").
 */
export function causeApart({ verdict, cause }: { readonly verdict: Verdict; readonly cause: Cause }): Cause | "" {
  return VERDICTS_APART.has(verdict) || CAUSES_APART.has(cause) ? cause : "";
}

const VERDICTS_APART: ReadonlySet<Verdict> = new Set<Verdict>(["not-sampled", "misattributed", "not-observable"]);
const CAUSES_APART: ReadonlySet<Cause> = new Set<Cause>([
  "header-malformed",
  "header-duplicated",
  "header-too-large",
  "trace-id-shortened",
]);

export const causes = [
  "proxy-drops-header",
  "client-does-not-inject",
  "transport-does-not-inject",
  "goroutine-without-context",
  "started-before-instrumentation",
  "middleware-missing",
  "middleware-order",
  "header-truncated",
  "header-too-large",
  "header-malformed",
  "header-duplicated",
  "header-case",
  "restarts-trace",
  "format-mismatch",
  "format-translated-wrong",
  "trace-id-shortened",
  "one-backend-of-many",
  "reinjected-by-proxy",
  "sampled-flag-changed",
  "unsampled",
  "exporter-dns-failed",
  "exporter-unreachable",
  "exporter-tls-failed",
  "exporter-rejected",
  "exporter-queue-overflow",
  "span-not-ended",
  "service-name-missing",
  "pod-name-missing",
  "span-name-useless",
  "capture-cut",
  "joined-mid-connection",
  "encrypted",
  "retry",
  "health-check",
  "cors-preflight",
  "forwarded-unchanged",
  "intermediary-not-exported",
  "two-injectors",
  "unknown",
] as const;

export type Cause = (typeof causes)[number];

/** Causes with which spans were made, and got lost before the backend: contexts go on as they should. */
export const LOSES_SPANS: ReadonlySet<Cause> = new Set<Cause>([
  "exporter-dns-failed",
  "exporter-unreachable",
  "exporter-tls-failed",
  "exporter-rejected",
  "exporter-queue-overflow",
  "span-not-ended",
  "intermediary-not-exported",
]);

export type Severity = "error" | "warning" | "note";

export const severities: readonly Severity[] = ["error", "warning", "note"];
