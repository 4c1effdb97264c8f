// Exchanges as they were observed, one row each: what judging all of them needs lies in columns, and the objects are made again when a
// rule or a report asks for one. Some 130 bytes a row, and the strings that are not shared.

import type { FormatSet } from "../propagation/format-set.ts";
import type { HttpExchange, HttpRequest, HttpResponse, PacketReference } from "../protocols/observation.ts";
import { type Anomaly, anomaly } from "../wire/anomaly.ts";
import { type Column, FIRST_ROWS, grown, Interned, keepEntries, keepRows } from "../wire/columns.ts";
import type { Field } from "../wire/field.ts";
import { MAX_EXCHANGES } from "../wire/limits.ts";
import type { Emit } from "../wire/stage.ts";
import type { Timestamp } from "../wire/timestamp.ts";
import { ConnectionEnds } from "./connection-ends.ts";
import { GrpcColumns } from "./grpc-columns.ts";
import { type ContextReading, type Observed, PURPOSES } from "./hop.ts";
import type { IdentityColumns } from "./identity-columns.ts";
import { MessageColumns } from "./message-columns.ts";
import { Preflights } from "./preflight.ts";
import { purposeOf } from "./purpose.ts";
import { FieldSorter } from "./read-contexts.ts";
import { ReadingColumns } from "./reading-columns.ts";
import { TextBudget } from "./text-budget.ts";
import { TimeSample } from "./time-sample.ts";

const VERSIONS: readonly HttpExchange["version"][] = ["1.0", "1.1", "2"];
/** Index in `VERSIONS`. */
const HTTP_1_1 = 1;
const PROTOCOLS = VERSIONS.map((version) => `HTTP/${version}`);
const NO_FIELDS: readonly Field[] = [];

const HAS_REQUEST = 1;
const IS_REQUEST_COMPLETE = 2;
const HAS_RESPONSE = 4;
const IS_RESPONSE_COMPLETE = 8;
const IS_GRPC = 16;

export class ExchangeTable {
  size = 0;
  /** Which exchanges are kept, where they are too many. */
  readonly sample = new TimeSample();
  ends = new ConnectionEnds();
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
  readonly #room: number;
  readonly #onLimit: (message: string) => void;
  #flags = new Uint8Array(FIRST_ROWS);
  #version = new Uint8Array(FIRST_ROWS);
  readonly requests = new MessageColumns();
  readonly responses = new MessageColumns();
  #headLength = new Uint32Array(FIRST_ROWS);
  readonly grpc = new GrpcColumns();
  readonly hiddenFields = new Map<number, number>();
  readonly incomplete = new Map<number, NonNullable<HttpExchange["incomplete"]>>();
  readonly seenAgain = new Map<number, readonly PacketReference[]>();

  /** `emit` is told once of each cap that is reached. `room`: so many exchanges are kept. */
  constructor(formats: FormatSet, emit: Emit<Anomaly>, room = MAX_EXCHANGES) {
    this.#room = room;
    this.#onLimit = (message) => emit(anomaly("limit", message, { layer: "http" }));
    this.#text = new TextBudget(this.#onLimit);
    this.preflights = new Preflights(formats);
    this.#sorter = new FieldSorter(formats);
    this.readings = new ReadingColumns(formats);
    this.identities = this.readings.identities;
  }

  /** Reads the fields once and lets them go. The exchange is borrowed. */
  add(exchange: HttpExchange): void {
    if (this.#isLeftOut(exchange)) return;
    if (this.size === this.endsOf.length) this.#grow();
    const row = this.size++;
    const { request, response, version, stream, grpc, incomplete } = exchange;
    this.endsOf[row] = this.ends.number(exchange);
    this.#version[row] = version === "1.1" ? HTTP_1_1 : VERSIONS.indexOf(version);
    if (stream !== undefined) this.stream[row] = stream;
    if (incomplete !== undefined) this.incomplete.set(row, incomplete);
    const sorted = this.#sorter.sort(request?.fields ?? NO_FIELDS);
    const isKept = this.readings.add(sorted, response?.fields ?? NO_FIELDS, this.#text);
    const purpose = purposeOf(request, sorted.userAgent, exchange.server.port);
    if (purpose !== "work") this.purpose[row] = PURPOSES.indexOf(purpose);
    if (sorted.host !== undefined) this.host[row] = this.hosts.number(sorted.host) + 1;
    let flags = grpc === undefined ? 0 : IS_GRPC;
    if (grpc !== undefined) this.grpc.set(row, grpc);
    if (request === undefined) {
      this.requestStart[row] = Number.NaN;
      this.requestEnd[row] = Number.NaN;
      this.path.push("");
    } else {
      flags |= request.isHeadComplete && isKept ? HAS_REQUEST | IS_REQUEST_COMPLETE : HAS_REQUEST;
      this.#addRequest(row, request);
      if (request.method === "OPTIONS") this.preflights.add(row, request, response);
    }
    if (response === undefined) {
      this.responseStart[row] = Number.NaN;
      this.responseEnd[row] = Number.NaN;
    } else {
      flags |= response.isHeadComplete ? HAS_RESPONSE | IS_RESPONSE_COMPLETE : HAS_RESPONSE;
      this.#addResponse(row, response);
    }
    this.#flags[row] = flags;
  }

  #addRequest(row: number, request: HttpRequest): void {
    const { packet, seenAgain } = request;
    this.requestStart[row] = request.startedAt;
    this.requestEnd[row] = request.endedAt ?? Number.NaN;
    this.requestSequence[row] = request.sequence;
    this.targetHash[row] = request.targetHash;
    this.method[row] = this.methods.number(request.method);
    this.path.push(this.#text.path(request.path));
    this.requests.set(row, packet, request.bodyLength, request.lastPacket);
    this.#headLength[row] = request.headLength;
    if (request.hiddenFields > 0) this.hiddenFields.set(row, request.hiddenFields);
    if (seenAgain.length > 0) this.seenAgain.set(row, seenAgain);
  }

  #addResponse(row: number, { startedAt, endedAt, sequence, status, packet, bodyLength }: HttpResponse): void {
    this.responseStart[row] = startedAt;
    this.responseEnd[row] = endedAt ?? Number.NaN;
    this.responseSequence[row] = sequence;
    if (status !== undefined) this.status[row] = status;
    this.responses.set(row, packet, bodyLength);
  }

  vantageOf(row: number): number {
    return this.ends.vantageOf(this.endsOf[row]!);
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
    return this.isGrpc(row) ? "gRPC" : PROTOCOLS[this.#version[row]!]!;
  }

  isGrpc(row: number): boolean {
    return (this.#flags[row]! & IS_GRPC) !== 0;
  }

  /** Whether the response has a head that was captured whole. */
  isResponseWhole(row: number): boolean {
    return (this.#flags[row]! & IS_RESPONSE_COMPLETE) !== 0;
  }

  /** Bytes of the request head; 0 without one. */
  headLength(row: number): number {
    return this.#headLength[row]!;
  }

  /** -1 without a request. */
  requestBodyLength(row: number): number {
    return this.hasRequest(row) ? this.requests.bodyLength(row) : -1;
  }

  /** -1 without a response. */
  responseBodyLength(row: number): number {
    return this.hasResponse(row) ? this.responses.bodyLength(row) : -1;
  }

  /** Frame number of the first packet that shows it. */
  frame(row: number): number {
    return (this.hasRequest(row) ? this.requests : this.responses).number(row);
  }

  reading(row: number): ContextReading {
    return this.readings.at(row);
  }

  /** Every trace id that a request or an answer names. */
  *traceIds(): Iterable<string> {
    yield* this.identities.traceIds.texts();
    yield* this.readings.answeredTraceIds();
  }

  #grow(): void {
    this.#eachColumn((column) => grown(column, column.length * 2));
    for (const columns of [this.requests, this.responses, this.grpc]) columns.grow(this.#flags.length);
  }

  #isLeftOut({ request, response }: HttpExchange): boolean {
    if (this.sample.oneIn === 1 && this.size < this.#room) return false;
    const at = (request ?? response)?.startedAt ?? 0;
    return !this.sample.takes(at) || !this.#makeRoom() || !this.sample.takes(at);
  }

  /** Leaves out seconds until there is room; false where all are of too few seconds for that. */
  #makeRoom(): boolean {
    while (this.size >= this.#room) {
      if (this.sample.isSettled) return false;
      if (this.sample.oneIn === 1) this.#onLimit(`more than ${this.#room} exchanges; those of some seconds are left out`);
      this.sample.halve();
      const kept = Uint32Array.from({ length: this.size }, (_, row) => row).filter((row) => this.sample.takes(this.#startOf(row)));
      if (kept.length === 0 || this.sample.isFinest) this.sample.settle();
      else this.#keep(kept);
    }
    return true;
  }

  #startOf(row: number): Timestamp {
    return this.hasRequest(row) ? this.requestStart[row]! : this.responseStart[row]!;
  }

  #keep(rows: Uint32Array): void {
    const { size } = this;
    this.#eachColumn((column) => keepRows(column, rows, size));
    for (const columns of [this.requests, this.responses, this.grpc]) columns.keep(rows, size);
    for (const byRow of [this.hiddenFields, this.incomplete, this.seenAgain]) keepEntries<unknown>(byRow, rows);
    rows.forEach((old, row) => {
      this.path[row] = this.path[old]!;
    });
    this.path.length = rows.length;
    this.readings.keep(rows);
    this.preflights.keep(rows);
    this.ends = this.ends.renumbered(this.endsOf.subarray(0, rows.length));
    this.size = rows.length;
  }

  #eachColumn(change: <C extends Column>(column: C) => C): void {
    this.endsOf = change(this.endsOf);
    this.requestStart = change(this.requestStart);
    this.requestEnd = change(this.requestEnd);
    this.responseStart = change(this.responseStart);
    this.responseEnd = change(this.responseEnd);
    this.requestSequence = change(this.requestSequence);
    this.responseSequence = change(this.responseSequence);
    this.stream = change(this.stream);
    this.targetHash = change(this.targetHash);
    this.status = change(this.status);
    this.purpose = change(this.purpose);
    this.method = change(this.method);
    this.host = change(this.host);
    this.#flags = change(this.#flags);
    this.#version = change(this.#version);
    this.#headLength = change(this.#headLength);
  }
}
