import type { Extraction, TraceContext } from "../propagation/format.ts";
import type { HttpExchange } from "../protocols/observation.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import type { Field } from "../wire/field.ts";
import type { Timestamp } from "../wire/timestamp.ts";
import type { Preflight } from "./preflight.ts";

/**
 * What an exchange is for. Only `work` is expected to carry on a trace:
 * - `probe`: a health check or a scrape
 * - `export`: telemetry on its way to a collector
 * - `preflight`: a CORS preflight, which browsers send without trace fields (Fetch standard §4.8)
 */
export type Purpose = "work" | "probe" | "export" | "preflight";

export const PURPOSES: readonly Purpose[] = ["work", "probe", "export", "preflight"];
/** Index in `PURPOSES`. */
export const WORK = 0;

/** How much of the request head the captures hold. */
export type Observed = "full" | "partial" | "headers-unknown";

/** Which listener of which machine: several may share an address, and loopback belongs to its capture. Equal places of a run are one object. */
export interface Place {
  /** Address of the machine (pod); `loopback of capture N` where no other address of it is known. */
  readonly host: string;
  readonly port: number;
}

/** `span link`: in a trace of its own on purpose. */
export type ParentReason =
  | "span id"
  | "span link"
  | "forwarded unchanged"
  | "trace id"
  | "request id"
  | "same request"
  | "only candidate"
  | "timing"
  | "body length"
  | "connection"
  | "retry";

/** An exchange whose end was not seen is taken to be open for so long, where nothing else ends it, µs. */
export const OPEN_ENDED_US = 60_000_000;

/** Reasons that are inference, however likely: by themselves they prove nothing. */
export const INFERRED: ReadonlySet<ParentReason> = new Set(["only candidate", "timing", "body length", "connection", "retry"]);

export interface ParentLink {
  /** Index of the hop that caused this one. */
  readonly hop: number;
  readonly because: ParentReason;
  /** 0..1 */
  readonly confidence: number;
}

/** An exchange whose fields were read: what is needed of them is kept here, the rest is gone. */
export interface ReadExchange extends HttpExchange {
  readonly reading: ContextReading;
  readonly purpose: Purpose;
  /** The Host field, for naming. */
  readonly host: string | undefined;
  /** Of a CORS preflight that asks for trace fields. */
  readonly preflight?: Preflight;
}

/** In columns of parents: none is known. */
export const NO_PARENT = -1;

/** An exchange as a step of a trace, seen from all its vantage points. */
export interface Hop {
  readonly index: number;
  /** The sighting with the most of it, nearest to the sender. */
  readonly exchange: ReadExchange;
  readonly sightings: readonly ReadExchange[];
  /** Of the first of them. */
  readonly vantage: number;
  readonly version: HttpExchange["version"];
  /** `HTTP/1.1`, `HTTP/2`, `gRPC`. */
  readonly protocol: string;
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** The sender's end as every sighting shows it: address translation on the way makes several of one. */
  readonly clients: readonly Endpoint[];
  /** Machine that sent it; which of its listeners, only the parent can tell. */
  readonly clientHost: string;
  readonly receiver: Place;
  /** First byte of the request and last byte of the response, on the clock of the run (see `capture-clocks.ts`). */
  readonly startedAt: Timestamp;
  readonly endedAt: Timestamp | undefined;
  readonly method: string;
  readonly path: string;
  readonly status: number | undefined;
  readonly purpose: Purpose;
  readonly observed: Observed;
  readonly reading: ContextReading;
  /** The trace ids of `reading.identities`, without making the reading. */
  readonly traceIds: readonly string[];
  /** The hop at the sender that caused it. */
  parent: ParentLink | undefined;
  /**
   * Where neither an id nor the same request tells the parent: hops that the sender was serving when it sent this one. A hop that was handed on
   * inside the machine is not among them.
   */
  candidates: readonly number[];
  /** True when the sender may have been serving requests that the captures cannot show (encrypted, lost): candidates are then no proof. */
  readonly isSenderBlind: boolean;
}

/** What the fields of a request say about traces. */
export interface ContextReading {
  /** Every format's answer, in order of preference. */
  readonly extractions: readonly Extraction[];
  /** The first valid answer; where only a repeated field spoils it, its first valid line. */
  readonly context: TraceContext | undefined;
  readonly format: string | undefined;
  /** Every valid trace id and span id that the fields name, doubled lines included. */
  readonly identities: readonly Identity[];
  /** Trace fields in wire order. */
  readonly fields: readonly Field[];
  readonly baggage: string | undefined;
  readonly requestId: string | undefined;
  /** The server span's own context, from the answer. */
  readonly response: { readonly traceId: string; readonly spanId: string } | undefined;
}

export interface Identity {
  readonly format: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean | "deferred";
}
