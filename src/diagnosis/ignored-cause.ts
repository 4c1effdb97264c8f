// Why a receiver began a new trace though the context on the wire is right: what it is known to read, how the field was spelt, what its SDK rejects.

import { isBehindSidecar } from "../diff/span-fits.ts";
import type { Hop } from "../hops/hop.ts";
import type { Workload } from "../naming/workload.ts";
import { isProxySpan } from "../spans/proxy-span.ts";
import type { Span } from "../spans/span.ts";
import { sum } from "../wire/sum.ts";
import { relateTraceIds } from "./compare-values.ts";
import type { Fault, PossibleCause } from "./judgement.ts";
import { propagatorAdvice } from "./propagator-advice.ts";
import type { ReceiverHabits } from "./receiver-habits.ts";
import { fieldOfFormat } from "./receiver-habits.ts";
import { whyRejected } from "./receivers/registry.ts";

type Reason = Pick<Fault, "cause" | "possible"> & { readonly detail?: string; readonly remedy?: string };

/** `habits`: of this receiver. `server`: its span, which lies in another trace. */
export function ignoredCause(hop: Hop, receiver: Workload, habits: ReceiverHabits, server: Span | undefined): Reason {
  const recorded = server?.traceId;
  const halves = hop.reading.identities
    .map((id) => relateTraceIds(id.traceId, recorded ?? id.traceId))
    .find((relation) => relation !== undefined);
  if (halves !== undefined) return proven(halves);
  const rejected = server === undefined ? undefined : whyRejected(server, hop.reading.fields);
  if (rejected !== undefined) return { ...proven("format-mismatch"), detail: rejected, remedy: REWRITE };
  if (receiver.role === "proxy")
    return server === undefined || isOwnSpan(server, receiver)
      ? proven("restarts-trace")
      : { cause: "unknown", possible: behindProxy(server.resource.service) };
  if (server !== undefined && isBehindSidecar(server, hop)) return { cause: "unknown", possible: BEHIND_A_SIDECAR, remedy: LOOK_INSIDE };
  const sent = [...new Set(hop.reading.identities.map((id) => id.format))];
  const remedy = propagatorAdvice(sent, habits, server);
  if (isUnreadFormat(sent, habits))
    return {
      ...proven("format-mismatch"),
      ...(remedy !== undefined && { remedy }),
      detail: `${sent.join(" and ")} came, which it was never seen to read or write`,
    };
  if (isNeverRead(sent, habits, server))
    return {
      ...proven("format-mismatch"),
      ...(remedy !== undefined && { remedy }),
      detail: `${sent.join(" and ")} came, and its instrumentation, which asks the propagator, never took it`,
    };
  const spelt = hop.reading.identities.map(({ format }) => fieldOfFormat(format, hop.reading.fields)?.name);
  const looked = hop.version === "2" ? undefined : spelt.find((name) => name !== undefined && isCaseTheReason(name, habits, server));
  if (looked !== undefined) {
    const joined = [...habits.joined.keys()].find((name) => name.toLowerCase() === looked.toLowerCase());
    const detail =
      joined === undefined ? `the field came as ${looked}` : `the field came as ${looked}; requests with ${joined} it does join`;
    return { cause: "header-case", possible: joined === undefined ? OTHERS.slice(1) : [], detail };
  }
  return {
    cause: "unknown",
    possible: [{ cause: "format-mismatch", because: whyUnread(hop, sent, habits) }, ...OTHERS],
  };
}

/** What it writes itself it reads: then the value is what it may not take. */
function whyUnread({ reading: { context } }: Hop, sent: readonly string[], { formats }: ReceiverHabits): string {
  const flags = context?.flags ?? 0;
  if (flags > 1 && sent.some((format) => formats.has(format)))
    return `its release may reject the trace-flags ${flags.toString(16).padStart(2, "0")}, of which older ones know 00 and 01 only`;
  return `the receiver does not read ${sent.join(", ")}`;
}

/** Whether the receiver made the span; a proxy without spans is shown those of who stands behind it. */
export function isOwnSpan(server: Span, { role, service }: Workload): boolean {
  return role !== "proxy" || isProxySpan(server) || server.resource.service === service;
}

/** Of a proxy without spans of its own: the trace was begun by who stands behind it. */
function behindProxy(service: string): readonly PossibleCause[] {
  return [
    {
      cause: "proxy-drops-header",
      because: `it passes these requests on to ${service} without their trace fields; a capture between them shows it`,
    },
    { cause: "format-mismatch", because: `${service} does not read what it is sent` },
  ];
}

/** The peer of the span is loopback: what came to the application is not what came to its machine. */
const BEHIND_A_SIDECAR: readonly PossibleCause[] = [
  { cause: "proxy-drops-header", because: "its sidecar hands requests on without their trace fields" },
  { cause: "header-truncated", because: "its sidecar cuts their values" },
  { cause: "format-mismatch", because: "the application does not read what it is sent" },
];
const LOOK_INSIDE =
  "The span's peer is loopback: a sidecar handed the request on. Capture the loopback of the pod as well (tcpdump -i any inside it): that shows what reaches the application.";

export const MIDDLEWARE_TOO_LATE: PossibleCause = {
  cause: "middleware-order",
  because: "the tracing middleware runs too late or reads another field",
};
const OTHERS: readonly PossibleCause[] = [
  { cause: "header-case", because: "the receiver looks the field up with regard to case" },
  MIDDLEWARE_TOO_LATE,
];

const REWRITE = "Upgrade the receiver's SDK, or let the sender's propagator write the value itself: version 00, flags 00 or 01.";

/**
 * Nothing that came is among what it was seen to join or write. Of a receiver that was seen to do neither: SDKs read W3C where nothing else is set, and
 * nothing else; and one whose CLIENT spans send nothing has no propagator at all.
 */
function isUnreadFormat(sent: readonly string[], { formats, isSilent }: ReceiverHabits): boolean {
  if (sent.some((format) => formats.has(format))) return false;
  return formats.size > 0 || isSilent || !sent.includes("w3c");
}

/**
 * It takes no context at all, is seen to send none, and its spans come from a library that leaves the reading to the propagator: that is another one,
 * or none was set (`otel.SetTextMapPropagator` is easily forgotten in Go).
 */
function isNeverRead(sent: readonly string[], { formats, joined, ignored }: ReceiverHabits, server: Span | undefined): boolean {
  if (joined.size > 0 || sent.some((format) => formats.has(format))) return false;
  return server !== undefined && isOfLibrary(server) && sum(ignored.values()) >= ENOUGH;
}

/** Whether instrumentation made it that is known to look field names up without regard to case. */
export function isOfLibrary({ scope }: Span): boolean {
  return KNOWN_SCOPE.test(scope) || PUBLISHED_SCOPE.test(scope);
}

const KNOWN_SCOPE =
  /^(go\.opentelemetry\.io\/|@opentelemetry\/|opentelemetry\.instrumentation\.|io\.opentelemetry\.|io\.quarkus\.opentelemetry|org\.springframework\.boot|OpenTelemetry\.|Microsoft\.)/;
/** What others publish for a framework is called after both: `github.com/riandyrn/otelchi`, `connectrpc.com/otelconnect`, `@fastify/otel`. */
const PUBLISHED_SCOPE = /^(@|[a-z0-9-]+(\.[a-z0-9-]+)+\/)(.*\/)?otel[a-z-]*$/;
/** Requests on each side before two spellings are set against one another. */
const ENOUGH = 2;

/**
 * Spellings that it joins and spellings that it ignores are different ones; where it joins none, none that it ignores is the usual one. Go's server spells
 * fields its own way, whatever came: who looks them up by hand may miss any.
 */
function isCaseTheReason(name: string, { joined, ignored }: ReceiverHabits, server: Span | undefined): boolean {
  const lower = name.toLowerCase();
  const same = (names: ReadonlyMap<string, number>) => [...names].filter(([other]) => other.toLowerCase() === lower);
  const [joinedNames, ignoredNames] = [same(joined), same(ignored)];
  if (joinedNames.some(([other]) => ignored.has(other))) return false;
  if (joinedNames.length > 0) return requestsWith(joinedNames) >= ENOUGH && requestsWith(ignoredNames) >= ENOUGH;
  if (server === undefined || isOfLibrary(server)) return false;
  return server.resource.language === "go" || !ignoredNames.some(([other]) => other === lower);
}

function requestsWith(names: readonly (readonly [string, number])[]): number {
  return sum(names.map(([, n]) => n));
}

function proven(cause: Fault["cause"]): Reason {
  return { cause, possible: [] };
}
