import type { Span } from "../../spans/span.ts";
import { b3Readers } from "./read-b3.ts";
import { hexByte, traceparentReader } from "./read-traceparent.ts";
import { tracestateLoss } from "./read-tracestate.ts";
import { uberReader } from "./read-uber-trace-id.ts";
import { isOpenTelemetry, type Receiver } from "./receiver.ts";

/** Sampled and random (Trace Context Level 2 §3.2.2.5); later releases reject what is above. */
const KNOWN_FLAGS = 3;
/** 1.38 was measured to reject the two together, 1.47 to accept them. */
const REJECTS_RANDOM_UNTIL = 38;
const ACCEPTS_RANDOM_FROM = 47;

/** Takes the first of several lines (`http.Header.Get`), and looks at the flags. */
export const go: Receiver = {
  name: "OpenTelemetry Go",
  known: "measured: 1.47, its propagators b3 and jaeger 1.47",
  made: (span) => isOpenTelemetry(span, "go") && !isBeforeRandom(span),
  reads: [
    traceparentReader({
      lines: "first",
      maxFlags: KNOWN_FLAGS,
      flagsProblem: (flags, span) => (isBetween(flags, span) ? "unknown" : undefined),
    }),
    ...b3Readers({ takesFirstLine: true, takesEmptyParent: true, fallsBack: true }),
    uberReader({ takesAnyParent: true, takesFirstLine: true, takesLongFlags: true }),
  ],
  loses: (lines) => tracestateLoss(lines, { takesFirstLine: true, dropsBad: "list", isLevel1: true }),
};

export const goBeforeRandom: Receiver = {
  name: "OpenTelemetry Go before the random flag (1.38)",
  known: "measured: 1.38",
  made: (span) => isOpenTelemetry(span, "go") && isBeforeRandom(span),
  reads: [
    traceparentReader({
      lines: "first",
      maxFlags: KNOWN_FLAGS,
      flagsProblem: (flags, span) =>
        flags === KNOWN_FLAGS
          ? `${span === undefined ? "it" : `this release (${span.resource.sdkVersion})`} rejects flags ${hexByte(flags)}`
          : undefined,
    }),
    ...go.reads.slice(1),
  ],
  loses: (lines) => go.loses?.(lines),
};

function isBeforeRandom(span: Span): boolean {
  return minorVersion(span) <= REJECTS_RANDOM_UNTIL;
}

function isBetween(flags: number, span: Span | undefined): boolean {
  return flags > 1 && span !== undefined && !(minorVersion(span) >= ACCEPTS_RANDOM_FROM && minorVersion(span) < Number.POSITIVE_INFINITY);
}

/** Infinite where it is not told. */
function minorVersion({ resource: { sdkVersion } }: Span): number {
  const [, minor] = /^1\.(\d+)/.exec(sdkVersion ?? "") ?? [];
  return minor === undefined ? Number.POSITIVE_INFINITY : Number(minor);
}
