// Exchanges as they were observed, one row each: what judging all of them needs lies in columns, and the objects are made again when a
// rule or a report asks for one. Some 130 bytes a row, and the strings that are not shared.

import type { FormatSet } from "../propagation/format-set.ts";
import { standardFormats } from "../propagation/registry.ts";
import { grpcCall } from "../protocols/http/grpc.ts";
import type { HttpExchange, PacketReference } from "../protocols/observation.ts";
import { type Anomaly, anomaly } from "../wire/anomaly.ts";
import { type Column, FIRST_ROWS, grown, Interned } from "../wire/columns.ts";
import type { Field } from "../wire/field.ts";
import type { Emit } from "../wire/stage.ts";
import { ConnectionEnds } from "./connection-ends.ts";
import type { ContextReading, Observed, Purpose, ReadExchange } from "./hop.ts";
import type { IdentityColumns } from "./identity-columns.ts";
import { Preflights } from "./preflight.ts";
import { purposeOf } from "./purpose.ts";
import { FieldSorter } from "./read-contexts.ts";
import { ReadingColumns } from "./reading-columns.ts";
import { TextBudget } from "./text-budget.ts";

export const PURPOSES: readonly Purpose[] = ["work", "probe", "export", "preflight"];
/** Index in `PURPOSES`. */
export const WORK = 0;

const VERSIONS: readonly HttpExchange["version"][] = ["1.0", "1.1", "2"];
const PROTOCOLS = VERSIONS.map((version) => `HTTP/${version}`);
const NO_FIELDS: readonly Field[] = [];

const HAS_REQUEST = 1;
const IS_REQUEST_COMPLETE = 2;
const HAS_RESPONSE = 4;
const IS_RESPONSE_COMPLETE = 8;
const IS_GRPC = 16;

export class ExchangeTable {
  size = 0;
  readonly #connections = new ConnectionEnds();
  readonly ends = this.#connections.all;
  /** Index in `ends`. */
  endsOf = new Uint32Array(FIRST_ROWS);
  /** Times are NaN where they were not seen; µs on the clock of the vantage point. */
  requestStart = new Float64Array(FIRST_ROWS);
  requestEnd = new Float64Array(FIRST_ROWS);
  responseStart = new Float64Array(FIRST_ROWS);
  responseEnd = new Float64Array(FIRST_ROWS);
  requestSequence = new Uint32Array(FIRST_ROWS);
  responseSequence = new Uint32Array(FIRST_ROWS);
  /** HTTP/2 stream identifier; 0 without one. */
  stream = new Uint32Array(FIRST_ROWS);
  /** As signed words: those are never boxed. */
  targetHash = new Int32Array(FIRST_ROWS);
  /** 0 without a response, and where the capture hides it. */
  status = new Uint16Array(FIRST_ROWS);
  /** Index in `PURPOSES`. */
  purpose = new Uint8Array(FIRST_ROWS);
  /** Numbers in `methods` and `hosts`; the host plus one, 0 without one. */
  method = new Uint32Array(FIRST_ROWS);
  host = new Uint32Array(FIRST_ROWS);
  readonly methods = new Interned<string>();
  readonly hosts = new Interned<string>();
  readonly path: string[] = [];
  readonly readings: ReadingColumns;
  readonly identities: IdentityColumns;
  readonly preflights: Preflights;
  readonly #sorter: FieldSorter;
  readonly #text: TextBudget;
  #flags = new Uint8Array(FIRST_ROWS);
  #version = new Uint8Array(FIRST_ROWS);
  #requestCapture = new Uint16Array(FIRST_ROWS);
  #requestNumber = new Uint32Array(FIRST_ROWS);
  #responseCapture = new Uint16Array(FIRST_ROWS);
  #responseNumber = new Uint32Array(FIRST_ROWS);
  #headLength = new Uint32Array(FIRST_ROWS);
  #requestBody = new Float64Array(FIRST_ROWS);
  #responseBody = new Float64Array(FIRST_ROWS);
  /** Plus one; 0 where it was not seen. */
  #grpcStatus = new Uint16Array(FIRST_ROWS);
  readonly #grpcTimeout = new Map<number, number>();
  readonly #hiddenFields = new Map<number, number>();
  readonly #incomplete = new Map<number, NonNullable<HttpExchange["incomplete"]>>();
  readonly #seenAgain = new Map<number, readonly PacketReference[]>();

  /** `emit` is told once of each cap that is reached. */
  constructor(formats: FormatSet = standardFormats, emit: Emit<Anomaly> = () => undefined) {
    this.#text = new TextBudget((message) => emit(anomaly("limit", message, { layer: "http" })));
    this.preflights = new Preflights(formats);
    this.#sorter = new FieldSorter(formats);
    this.readings = new ReadingColumns(formats);
    this.identities = this.readings.identities;
  }

  /** Reads the fields once and lets them go. The exchange is borrowed. */
  add(exchange: HttpExchange): void {
    if (this.size === this.endsOf.length) this.#grow();
    const row = this.size++;
    const { request, response, grpc, incomplete } = exchange;
    this.endsOf[row] = this.#connections.number(exchange);
    this.#version[row] = VERSIONS.indexOf(exchange.version);
    this.stream[row] = exchange.stream ?? 0;
    if (incomplete !== undefined) this.#incomplete.set(row, incomplete);
    const sorted = this.#sorter.sort(request?.fields ?? NO_FIELDS);
    const isKept = this.readings.add(sorted, response?.fields ?? NO_FIELDS, this.#text);
    this.purpose[row] = PURPOSES.indexOf(purposeOf(request, sorted.userAgent, exchange.server.port));
    if (request?.method === "OPTIONS") this.preflights.add(row, request, response);
    this.host[row] = sorted.host === undefined ? 0 : this.hosts.number(sorted.host) + 1;
    let flags = grpc === undefined ? 0 : IS_GRPC;
    if (grpc?.status !== undefined) this.#grpcStatus[row] = grpc.status + 1;
    if (grpc?.timeout !== undefined) this.#grpcTimeout.set(row, grpc.timeout);
    if (request === undefined) {
      this.requestStart[row] = Number.NaN;
      this.requestEnd[row] = Number.NaN;
      this.path.push("");
    } else {
      flags |= request.isHeadComplete && isKept ? HAS_REQUEST | IS_REQUEST_COMPLETE : HAS_REQUEST;
      if (request.hiddenFields > 0) this.#hiddenFields.set(row, request.hiddenFields);
      this.requestStart[row] = request.startedAt;
      this.requestEnd[row] = request.endedAt ?? Number.NaN;
      this.requestSequence[row] = request.sequence;
      this.targetHash[row] = request.targetHash;
      this.method[row] = this.methods.number(request.method);
      this.path.push(this.#text.path(request.path));
      this.#requestCapture[row] = request.packet.capture;
      this.#requestNumber[row] = request.packet.number;
      this.#headLength[row] = request.headLength;
      this.#requestBody[row] = request.bodyLength;
      if (request.seenAgain.length > 0) this.#seenAgain.set(row, request.seenAgain);
    }
    if (response === undefined) {
      this.responseStart[row] = Number.NaN;
      this.responseEnd[row] = Number.NaN;
    } else {
      flags |= response.isHeadComplete ? HAS_RESPONSE | IS_RESPONSE_COMPLETE : HAS_RESPONSE;
      this.responseStart[row] = response.startedAt;
      this.responseEnd[row] = response.endedAt ?? Number.NaN;
      this.responseSequence[row] = response.sequence;
      this.status[row] = response.status ?? 0;
      this.#responseCapture[row] = response.packet.capture;
      this.#responseNumber[row] = response.packet.number;
      this.#responseBody[row] = response.bodyLength;
    }
    this.#flags[row] = flags;
  }

  vantageOf(row: number): number {
    return this.ends[this.endsOf[row]!]!.vantage;
  }

  hasRequest(row: number): boolean {
    return (this.#flags[row]! & HAS_REQUEST) !== 0;
  }

  hasResponse(row: number): boolean {
    return (this.#flags[row]! & HAS_RESPONSE) !== 0;
  }

  observed(row: number): Observed {
    const flags = this.#flags[row]!;
    return (flags & HAS_REQUEST) === 0 ? "headers-unknown" : (flags & IS_REQUEST_COMPLETE) === 0 ? "partial" : "full";
  }

  isWhole(row: number): boolean {
    return (this.#flags[row]! & IS_REQUEST_COMPLETE) !== 0;
  }

  version(row: number): HttpExchange["version"] {
    return VERSIONS[this.#version[row]!]!;
  }

  /** `HTTP/1.1`, `HTTP/2`, `gRPC`. */
  protocol(row: number): string {
    return (this.#flags[row]! & IS_GRPC) !== 0 ? "gRPC" : PROTOCOLS[this.#version[row]!]!;
  }

  /** Bytes of the request head; 0 without one. */
  headLength(row: number): number {
    return this.#headLength[row]!;
  }

  /** -1 without a request. */
  requestBodyLength(row: number): number {
    return this.hasRequest(row) ? this.#requestBody[row]! : -1;
  }

  /** -1 without a response. */
  responseBodyLength(row: number): number {
    return this.hasResponse(row) ? this.#responseBody[row]! : -1;
  }

  /** Frame number of the first packet that shows it. */
  frame(row: number): number {
    return this.hasRequest(row) ? this.#requestNumber[row]! : this.#responseNumber[row]!;
  }

  reading(row: number): ContextReading {
    return this.readings.at(row);
  }

  /** Every trace id that a request or an answer names. */
  *traceIds(): Iterable<string> {
    yield* this.identities.traceIds.texts();
    yield* this.readings.answeredTraceIds();
  }

  at(row: number): ReadExchange {
    const { vantage, connection, client, server } = this.ends[this.endsOf[row]!]!;
    const incomplete = this.#incomplete.get(row);
    const stream = this.stream[row]!;
    const host = this.host[row]!;
    return {
      kind: "http",
      version: this.version(row),
      vantage,
      connection,
      client,
      server,
      request: this.#requestAt(row),
      response: this.#responseAt(row),
      ...(stream === 0 ? {} : { stream }),
      ...this.#grpcAt(row),
      ...(incomplete === undefined ? {} : { incomplete }),
      reading: this.reading(row),
      purpose: PURPOSES[this.purpose[row]!]!,
      host: host === 0 ? undefined : this.hosts.values[host - 1],
      ...this.preflights.of(row),
    };
  }

  #grpcAt(row: number): Pick<HttpExchange, "grpc"> {
    if ((this.#flags[row]! & IS_GRPC) === 0) return {};
    const status = this.#grpcStatus[row]!;
    return { grpc: grpcCall(this.path[row], status === 0 ? undefined : status - 1, this.#grpcTimeout.get(row)) };
  }

  #requestAt(row: number): HttpExchange["request"] {
    if (!this.hasRequest(row)) return undefined;
    return {
      method: this.methods.values[this.method[row]!]!,
      path: this.path[row]!,
      targetHash: this.targetHash[row]! >>> 0,
      fields: NO_FIELDS,
      isHeadComplete: this.isWhole(row),
      hiddenFields: this.#hiddenFields.get(row) ?? 0,
      headLength: this.#headLength[row]!,
      bodyLength: this.#requestBody[row]!,
      startedAt: this.requestStart[row]!,
      endedAt: seen(this.requestEnd[row]!),
      packet: { capture: this.#requestCapture[row]!, number: this.#requestNumber[row]! },
      sequence: this.requestSequence[row]!,
      seenAgain: this.#seenAgain.get(row) ?? [],
    };
  }

  #responseAt(row: number): HttpExchange["response"] {
    if (!this.hasResponse(row)) return undefined;
    return {
      status: this.status[row] === 0 ? undefined : this.status[row]!,
      fields: NO_FIELDS,
      isHeadComplete: (this.#flags[row]! & IS_RESPONSE_COMPLETE) !== 0,
      bodyLength: this.#responseBody[row]!,
      startedAt: this.responseStart[row]!,
      endedAt: seen(this.responseEnd[row]!),
      packet: { capture: this.#responseCapture[row]!, number: this.#responseNumber[row]! },
      sequence: this.responseSequence[row]!,
    };
  }

  #grow(): void {
    const longer = <C extends Column>(column: C): C => grown(column, column.length * 2);
    this.endsOf = longer(this.endsOf);
    this.requestStart = longer(this.requestStart);
    this.requestEnd = longer(this.requestEnd);
    this.responseStart = longer(this.responseStart);
    this.responseEnd = longer(this.responseEnd);
    this.requestSequence = longer(this.requestSequence);
    this.responseSequence = longer(this.responseSequence);
    this.stream = longer(this.stream);
    this.targetHash = longer(this.targetHash);
    this.status = longer(this.status);
    this.purpose = longer(this.purpose);
    this.method = longer(this.method);
    this.host = longer(this.host);
    this.#flags = longer(this.#flags);
    this.#version = longer(this.#version);
    this.#requestCapture = longer(this.#requestCapture);
    this.#requestNumber = longer(this.#requestNumber);
    this.#responseCapture = longer(this.#responseCapture);
    this.#responseNumber = longer(this.#responseNumber);
    this.#headLength = longer(this.#headLength);
    this.#requestBody = longer(this.#requestBody);
    this.#responseBody = longer(this.#responseBody);
    this.#grpcStatus = longer(this.#grpcStatus);
  }
}

/** NaN stands for a time that was not seen. */
function seen(time: number): number | undefined {
  return Number.isNaN(time) ? undefined : time;
}
