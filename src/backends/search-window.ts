// Traces that nobody named: a receiver that ignores its context begins one whose id may never be on the wire.

import type { Interner } from "../spans/interner.ts";
import type { Trace } from "../spans/span.ts";
import { MAX_SEARCH_DEPTH, MAX_SERVICES_SEARCHED, MAX_WINDOW_SPANS } from "../wire/limits.ts";
import { SECOND, type Timestamp } from "../wire/timestamp.ts";
import type { ApiGeneration } from "./api-generation.ts";
import { shortReason } from "./explain-failure.ts";
import { inParallel } from "./in-parallel.ts";
import { CallFailed, type JaegerClient } from "./jaeger-client.ts";
import { isSelfTrace, SELF_SERVICES } from "./self-traces.ts";

export interface WindowTraces {
  readonly traces: readonly Trace[];
  readonly warnings: readonly string[];
  /** Every service was searched and returned all it has. */
  readonly whole: boolean;
}

/** The capturing host's clock is not the services'; and a span begins before its request is on the wire. */
const PADDING = 5 * SECOND;
/** A search costs Jaeger as much as a hundred look-ups. */
const SEARCHES_AT_ONCE = 4;

/** One search a service; a search that fails costs a warning, not the rest. */
export async function searchWindow(
  client: JaegerClient,
  api: ApiGeneration,
  services: readonly string[],
  window: { readonly from: Timestamp; readonly to: Timestamp },
  maxTraces: number,
  interner: Interner,
): Promise<WindowTraces> {
  const depth = Math.min(Math.max(1, maxTraces), MAX_SEARCH_DEPTH);
  const names = [...new Set(services)].filter((service) => !SELF_SERVICES.has(service)).sort();
  const searched = names.slice(0, MAX_SERVICES_SEARCHED);
  const warnings: string[] = [];
  if (searched.length < names.length)
    warnings.push(`Jaeger knows ${names.length} services; the window was searched for the first ${searched.length}`);
  let spans = 0;
  const results = await inParallel(searched, SEARCHES_AT_ONCE, async (service): Promise<WindowTraces> => {
    if (spans >= MAX_WINDOW_SPANS) return nothing(`${service} was not searched: the services before it returned ${spans} spans`);
    const result = await searchService(client, api, { service, from: window.from - PADDING, to: window.to + PADDING, depth }, interner);
    for (const trace of result.traces) spans += trace.spans.length;
    return result;
  });
  for (const result of results) for (const warning of result.warnings) warnings.push(warning);
  return {
    traces: results.flatMap((result) => result.traces).filter((trace) => !isSelfTrace(trace)),
    warnings,
    whole: searched.length === names.length && results.every((result) => result.whole),
  };
}

async function searchService(
  client: JaegerClient,
  api: ApiGeneration,
  search: Parameters<ApiGeneration["findTraces"]>[0],
  interner: Interner,
): Promise<WindowTraces> {
  let messages: readonly Uint8Array[];
  try {
    messages = await client.call(api.paths.findTraces, api.findTraces(search));
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error;
    return nothing(`searching the window for ${search.service} failed: ${shortReason(error)}`);
  }
  const traces: Trace[] = [];
  let unread = 0;
  for (const message of messages) {
    const reading = api.readTraces(message, interner);
    if (reading === undefined) unread++;
    else for (const trace of reading.traces) traces.push(trace);
  }
  const warnings: string[] = [];
  if (unread > 0) warnings.push(`${unread} messages of the search for ${search.service} are no ${api.name} reply`);
  const found = new Set(traces.map((trace) => trace.traceId)).size;
  const cut = found >= search.depth;
  if (cut) warnings.push(`the search for ${search.service} was cut at ${search.depth} traces (--max-traces)`);
  return { traces, warnings, whole: !cut && unread === 0 };
}

function nothing(warning: string): WindowTraces {
  return { traces: [], warnings: [warning], whole: false };
}
