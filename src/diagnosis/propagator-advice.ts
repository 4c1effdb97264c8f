// How a receiver is made to read what it is sent, beside what it reads and writes already.

import type { Span } from "../spans/span.ts";
import type { ReceiverHabits } from "./receiver-habits.ts";

/** What OTEL_PROPAGATORS calls formats (OpenTelemetry specification, "Environment Variable Specification"), in the order in which they are told. */
const PROPAGATORS: readonly (readonly [format: string, propagator: string])[] = [
  ["w3c", "tracecontext,baggage"],
  ["b3", "b3"],
  ["b3multi", "b3multi"],
  ["jaeger", "jaeger"],
  ["xray", "xray"],
  ["ot", "ottrace"],
];
const DATADOG =
  "Let the sender write traceparent (DD_TRACE_PROPAGATION_STYLE=tracecontext,datadog); of OpenTelemetry's SDKs hardly any reads Datadog's fields.";

/** Undefined where no propagator of OpenTelemetry reads what was sent. */
export function propagatorAdvice(sent: readonly string[], { formats }: ReceiverHabits, server: Span | undefined): string | undefined {
  if (sent.every((format) => format === "datadog")) return DATADOG;
  if (!sent.every((format) => PROPAGATORS.some(([known]) => known === format))) return undefined;
  const wanted = new Set(["w3c", ...formats, ...sent]);
  const list = PROPAGATORS.flatMap(([format, propagator]) => (wanted.has(format) ? [propagator] : [])).join();
  return server?.resource.language === "go"
    ? [
        "Let the receiver read what it is sent, beside what it reads and writes today. Go reads OTEL_PROPAGATORS only through autoprop:",
        "    otel.SetTextMapPropagator(autoprop.NewTextMapPropagator())",
        `    OTEL_PROPAGATORS=${list}`,
      ].join("\n")
    : [
        "Let the receiver read what it is sent, beside what it reads and writes today, or let the sender write what it reads:",
        `    OTEL_PROPAGATORS=${list}`,
      ].join("\n");
}
