// The closed sets of the report: what happened to a context, why, and how grave it is. They are API: never renamed, never reused.

export type Verdict =
  | "stripped"
  | "truncated"
  | "split"
  | "malformed"
  | "ignored"
  | "unrecorded"
  | "misattributed"
  | "not-sampled"
  | "not-observable";

/** Where different causes have nothing to do with one another: each is counted by itself. */
export function hasOwnCauses(verdict: Verdict): boolean {
  return verdict === "not-sampled" || verdict === "misattributed" || verdict === "not-observable";
}

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

export type Severity = "error" | "warning" | "note";

export const severities: readonly Severity[] = ["error", "warning", "note"];
