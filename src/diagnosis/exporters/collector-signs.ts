// Host names that only somebody who sends spans asks for.

/** Parts of a name's first label that no other kind of service has. */
const TELLING_PART = /^(otel|otlp|opentelemetry|opencensus|jaeger|zipkin|skywalking|signoz|uptrace)/;
const TELLING_PARTS: ReadonlySet<string> = new Set(["tempo", "trace", "traces", "tracing", "apm", "spans"]);
/** A collector that says no more of itself: one of logs, metrics or bills has another word beside it. */
const GENERIC_PARTS: ReadonlySet<string> = new Set(["collector", "collectors", "agent", "gateway", "headless", "svc", "service"]);
/** What charts and operators call a collector: a name with a typing error in it is meant for one, too. */
const USUAL_LABELS = ["jaeger-collector", "jaeger-agent", "opentelemetry-collector", "zipkin-collector"];
/** Names outside of clusters that vendors take spans on. */
const VENDORS = /(^|\.)(honeycomb\.io|lightstep\.com|tracing\.grafana\.net|apm\.[a-z0-9.-]*elastic-cloud\.com|live\.dynatrace\.com)$/;

export function isCollectorName(name: string): boolean {
  const parts = firstLabel(name)
    .split(/[-_\d]+/)
    .filter((part) => part !== "");
  if (parts.some((part) => TELLING_PART.test(part) || TELLING_PARTS.has(part))) return true;
  if (parts.some((part) => part.startsWith("collector")) && parts.every((part) => GENERIC_PARTS.has(part))) return true;
  return isNear(name, USUAL_LABELS) || VENDORS.test(name);
}

/** Shorter names are near many others by chance. */
const MIN_NEAR_LENGTH = 8;
const MAX_TYPING_ERRORS = 2;

/** Whether it is one of these names, in another domain or with a typing error. */
export function isNear(name: string, known: Iterable<string>): boolean {
  const label = firstLabel(name);
  for (const other of known) {
    const otherLabel = firstLabel(other);
    if (label === otherLabel) return true;
    if (label.length >= MIN_NEAR_LENGTH && isWithin(label, otherLabel, MAX_TYPING_ERRORS)) return true;
  }
  return false;
}

export function firstLabel(name: string): string {
  const dot = name.indexOf(".");
  return dot < 0 ? name : name.slice(0, dot);
}

/** Levenshtein distance, given up above `most`. Labels have 63 characters at most (RFC 1035 §2.3.4). */
function isWithin(a: string, b: string, most: number): boolean {
  if (Math.abs(a.length - b.length) > most) return false;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]! <= most;
}
