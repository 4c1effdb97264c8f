import { affectedClause } from "../affected-clause.ts";
import { fixFor } from "../fixes.ts";
import { findingsOf } from "../populations.ts";
import type { Rule, Word } from "../rule.ts";

export const notSampled: Rule = {
  id: "not-sampled",
  verdict: "not-sampled",
  severity: "error",
  summary: "Absent from the backend by sampling, or because somebody changed the sampled flag.",
  help: `## What it means

Either somebody changed the sampled flag of a trace on its way (an error where it was cleared, since the rest of the trace is then
missing; a warning where it was set), or a trace is absent from the backend by right, because its sender decided not to sample it (a note).

The flag is the last bit of \`traceparent\` (\`-01\` sampled, \`-00\` not), the third part of \`b3\`, \`x-b3-sampled\`, or the flags of
\`uber-trace-id\`. SDKs follow it by default: behind a cleared flag nobody records anything.

## Why it happens

- \`sampled-flag-changed\`: the flag that went out is not the one that came in, in the same trace.
  - A sampler that does not follow its parent (\`always_off\`, \`traceidratio\` instead of \`parentbased_traceidratio\`).
  - A proxy that does not trace a request and still writes the field: Envoy may put its own decision there. An \`x-request-id\` that is no
    UUID makes Envoy decide anew, and in Istio a \`randomSamplingPercentage\` below 100 applies to requests without a decision.
  - A client that writes \`01\`, whatever came: hand-made propagation, an old SDK.
- \`unsampled\`: the flag came in as \`00\`, or the first service chose it. Nothing is wrong; with \`--fail-on error\` it does not fail a job.

The random flag (\`02\`, W3C Level 2) is not the sampled flag, and may come and go. B3 without a decision (deferred) leaves it to the
receiver: then any answer is right.

## How to tell

In the report: \`the sampled flag came in as 01 and went out as 00\`, with both packets; or, of a trace that the sender began and recorded,
that it went out as 00. A service that decides by itself is told on the edge that leads to it as well: \`samples by itself\`, since its
spans of these requests are missing. An unsampled trace is told once, where it reaches the first service that would have recorded it.

In Wireshark, unsampled and sampled requests (an odd last digit is sampled):

\`\`\`
http.request.line matches "^traceparent: *00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f][02468ace]"
http.request.line matches "^traceparent: *00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f][13579bdf]"
http.request.line matches "^x-b3-sampled: *0" or http.request.line matches "^b3: *[0-9a-f]+-[0-9a-f]+-0"
\`\`\`

In Jaeger: an unsampled trace is not found. A flag that was cleared on the way leaves a trace that ends early; one that was set leaves a
trace without a beginning, whose first span names a parent that is not there.

## How to fix

Follow the caller's decision, and take one of your own only where a trace begins:

\`\`\`
OTEL_TRACES_SAMPLER=parentbased_traceidratio
OTEL_TRACES_SAMPLER_ARG=0.1
\`\`\`

The variables hold for Go, Java, Node and Python. In Go code:

\`\`\`go
sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(0.1))))
\`\`\`

Callers that must not decide (browsers, partners): sample at the edge, where the trace is restarted with a link, instead of clearing the
flag somewhere inside.

nginx: record what the caller sampled:

\`\`\`
otel_trace $otel_parent_sampled;
otel_trace_context propagate;
\`\`\`

Envoy: \`random_sampling\` is the share of requests that it samples by itself, \`overall_sampling\` limits all of them. Where other parts of
the system write an \`x-request-id\` that is no UUID, keep it out of the decision:

\`\`\`yaml
request_id_extension:
  typed_config:
    "@type": type.googleapis.com/envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig
    use_request_id_for_trace_sampling: false
tracing:
  random_sampling: { value: 100 }
\`\`\`

Istio:

\`\`\`yaml
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: mesh-default, namespace: istio-system }
spec:
  tracing:
  - randomSamplingPercentage: 100
\`\`\`

Traefik: \`tracing.sampleRate: 1.0\`; its sampler follows the parent.

To record everything for a while, set the sampler of the service where traces begin to \`parentbased_always_on\`, and leave the others as
they are. To thin out later, without losing errors, use tail sampling in the collector instead of clearing flags.
`,
  check: (tally) => findingsOf("not-sampled", "not-sampled", tally, word),
};

const word: Word = (population) => {
  const { from, to, affected, of, cause, tallies } = population;
  const isOfReceiver = tallies.some(({ culprit, to: receiver }) => culprit === receiver);
  const message =
    cause === "unsampled"
      ? `${affected} of ${of} requests from ${from} to ${to} are not sampled (flags 00): absent from the backend by right`
      : isOfReceiver
        ? `${to} samples by itself: ${affected} of ${of} requests from ${from} came with the sampled flag and left no span${affectedClause(population)}`
        : `${from} changes the sampled flag: ${affected} of ${of} requests to ${to}${affectedClause(population)}`;
  return { message, fix: fixFor(population) };
};
