import { NO_TRACE_ID } from "../spans/span-ids.ts";

/**
 * The id under which a 128-bit trace is held when somebody on the way cut it to 64 bits: its low half, padded. To Jaeger that
 * is another trace. Undefined where it would be the same id, or none.
 */
export function shortForm(traceId: string): string | undefined {
  const short = traceId.slice(-16).padStart(NO_TRACE_ID.length, "0");
  return short === traceId || short === NO_TRACE_ID ? undefined : short;
}
