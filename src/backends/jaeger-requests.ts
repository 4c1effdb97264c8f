// What api_v2 and api_v3 have in common.

import { messageCodec } from "../spans/proto-messages.ts";
import { SECOND, type Timestamp } from "../wire/timestamp.ts";
import type { Search } from "./api-generation.ts";

const findTraces = messageCodec<unknown>("jaeger_query", "traceinspect.jaeger_query.FindTraces");
const services = messageCodec<{ readonly services: readonly string[] }>("jaeger_query", "traceinspect.jaeger_query.Services");

export function encodeSearch(search: Search): Uint8Array {
  return findTraces.encode({
    query: {
      serviceName: search.service,
      startTimeMin: timestamp(search.from),
      startTimeMax: timestamp(search.to),
      // Without a depth 2.x refuses the search and 1.x returns everything.
      searchDepth: search.depth,
      rawTraces: true,
    },
  });
}

/** GetServices asks for nothing in particular. */
export function encodeGetServices(): Uint8Array {
  return new Uint8Array(0);
}

/** A GetServicesResponse; undefined when the bytes are none. */
export function readServices(message: Uint8Array): readonly string[] | undefined {
  try {
    return services.decode(message).services;
  } catch {
    return undefined;
  }
}

function timestamp(at: Timestamp): { readonly seconds: number; readonly nanos: number } {
  const micros = Math.max(0, Math.round(at));
  const seconds = Math.floor(micros / SECOND);
  return { seconds, nanos: (micros - seconds * SECOND) * 1000 };
}
