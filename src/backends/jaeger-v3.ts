// jaeger.api_v3: OTLP spans, ids as text.

import { readOtlpProtobuf } from "../spans/otlp-protobuf.ts";
import { messageCodec } from "../spans/proto-messages.ts";
import type { ApiGeneration } from "./api-generation.ts";
import { encodeGetServices, encodeSearch } from "./jaeger-requests.ts";

const getTrace = messageCodec<unknown>("jaeger_query", "traceinspect.jaeger_query.GetTraceV3");
const service = "/jaeger.api_v3.QueryService";

export const jaegerV3: ApiGeneration = {
  name: "api_v3",
  paths: { getTrace: `${service}/GetTrace`, findTraces: `${service}/FindTraces`, getServices: `${service}/GetServices` },
  getTrace: (traceId) => getTrace.encode({ traceId, rawTraces: true }),
  findTraces: encodeSearch,
  getServices: encodeGetServices,
  readTraces: readOtlpProtobuf,
};
