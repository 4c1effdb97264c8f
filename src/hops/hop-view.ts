// A hop as an object: a view of its row.

import { UNSEEN_METHOD } from "../protocols/observation.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import type { Timestamp } from "../wire/timestamp.ts";
import { exchangeAt } from "./exchange-at.ts";
import {
  type ContextReading,
  type Hop,
  NO_PARENT,
  type Observed,
  type ParentLink,
  type Place,
  PURPOSES,
  type Purpose,
  type ReadExchange,
} from "./hop.ts";
import type { HopColumns } from "./hop-columns.ts";

export class HopView implements Hop {
  readonly index: number;
  // Plain private members: a view is made for every hop, and `#` fields take longer to set.
  private readonly table: HopColumns;

  constructor(index: number, table: HopColumns) {
    this.index = index;
    this.table = table;
  }

  private get row(): number {
    return this.table.row[this.index]!;
  }

  private get ends() {
    const { exchanges } = this.table;
    return exchanges.ends.at(exchanges.endsOf[this.row]!);
  }

  get exchange(): ReadExchange {
    return exchangeAt(this.table.exchanges, this.row);
  }

  get sightings(): readonly ReadExchange[] {
    return this.table.rows(this.index).map((row) => exchangeAt(this.table.exchanges, row));
  }

  get vantage(): number {
    return this.table.vantageOf(this.index);
  }

  get version(): ReadExchange["version"] {
    return this.table.exchanges.version(this.row);
  }

  get protocol(): string {
    return this.table.exchanges.protocol(this.row);
  }

  get client() {
    return this.ends.client;
  }

  get clients(): readonly Endpoint[] {
    if (this.table.isSeenOnce(this.index)) return [this.client];
    const { ends, endsOf } = this.table.exchanges;
    return this.table.rows(this.index).map((row) => ends.at(endsOf[row]!).client);
  }

  get server() {
    return this.ends.server;
  }

  get clientHost(): string {
    return this.table.hosts.values[this.table.clientHost[this.index]!]!;
  }

  get receiver(): Place {
    return this.table.places.values[this.table.receiver[this.index]!]!;
  }

  get startedAt(): Timestamp {
    return this.table.startedAt[this.index]!;
  }

  get endedAt(): Timestamp | undefined {
    const at = this.table.endedAt[this.index]!;
    return Number.isNaN(at) ? undefined : at;
  }

  get method(): string {
    const { exchanges } = this.table;
    return exchanges.hasRequest(this.row) ? exchanges.methods.values[exchanges.method[this.row]!]! : UNSEEN_METHOD;
  }

  get path(): string {
    return this.table.exchanges.path[this.row]!;
  }

  get status(): number | undefined {
    const status = this.table.exchanges.status[this.row]!;
    return status === 0 ? undefined : status;
  }

  get purpose(): Purpose {
    return PURPOSES[this.table.purpose[this.index]!]!;
  }

  get observed(): Observed {
    return this.table.exchanges.observed(this.row);
  }

  /** A capture that lacks the answer's head may stand beside one that has it. */
  get reading(): ContextReading {
    const { exchanges } = this.table;
    const reading = exchanges.reading(this.row);
    if (reading.response !== undefined || this.table.isSeenOnce(this.index)) return reading;
    for (const row of this.table.rows(this.index)) {
      const response = exchanges.readings.response(row);
      if (response !== undefined) return { ...reading, response };
    }
    return reading;
  }

  get traceIds(): readonly string[] {
    return this.table.exchanges.readings.traceIds(this.row);
  }

  get parent(): ParentLink | undefined {
    const hop = this.table.parent[this.index]!;
    if (hop === NO_PARENT) return undefined;
    return { hop, because: this.table.because(this.index), confidence: this.table.parentConfidence(this.index) };
  }

  set parent(link: ParentLink | undefined) {
    if (link === undefined) this.table.parent[this.index] = NO_PARENT;
    else this.table.link(this.index, link.hop, link.because, link.confidence);
  }

  get candidates(): readonly number[] {
    return this.table.candidates(this.index);
  }

  set candidates(candidates: readonly number[]) {
    this.table.setCandidates(this.index, candidates);
  }

  get isSenderBlind(): boolean {
    return this.table.isSenderBlind(this.index);
  }
}
