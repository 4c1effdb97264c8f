// jaeger.api_v2: Jaeger's own spans, ids as bytes. On every version seen, for servers without api_v3.

import { readJaegerProto } from "../spans/jaeger-proto.ts";
import { messageCodec } from "../spans/proto-messages.ts";
import type { ApiGeneration } from "./api-generation.ts";
import { encodeGetServices, encodeSearch } from "./jaeger-requests.ts";

const getTrace = messageCodec<unknown>("jaeger_query", "traceinspect.jaeger_query.GetTraceV2");
const service = "/jaeger.api_v2.QueryService";

export const jaegerV2: ApiGeneration = {
  name: "api_v2",
  paths: { getTrace: `${service}/GetTrace`, findTraces: `${service}/FindTraces`, getServices: `${service}/GetServices` },
  getTrace: (traceId) => getTrace.encode({ traceId: Buffer.from(traceId, "hex"), rawTraces: true }),
  findTraces: encodeSearch,
  getServices: encodeGetServices,
  readTraces: readJaegerProto,
};
