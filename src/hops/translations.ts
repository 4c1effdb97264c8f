// Address translation (a service address, a node port) shows one connection under two pairs of addresses. It leaves sequence numbers and bytes as they
// are; a proxy has a connection of its own, with other numbers. Servers whose addresses stand for each other are learnt from exchanges that are held
// whole under both, so that an exchange is known again where a capture lacks half of it.

import { Interned } from "../wire/columns.ts";
import { formatEndpoint, isLoopback } from "../wire/endpoint.ts";
import { PairTable } from "../wire/pair-table.ts";
import { MILLISECOND, SECOND } from "../wire/timestamp.ts";
import { isSameEnd } from "./connection-ends.ts";
import type { ExchangeTable } from "./exchange-table.ts";

/** One capture shows a packet again behind its translation within this time. */
const FORWARDED_WITHIN_US = 50 * MILLISECOND;
/** Clocks of two machines are apart by less. */
const APART_WITHIN_US = 60 * SECOND;
/** So many of a connection's exchanges are enough to learn from: a capture may lack the first ones. */
const LESSONS = 16;

export class Translations {
  readonly #table: ExchangeTable;
  /** By connection, the number of its server's address and port; made when there is a pair of them. */
  #servers: Int32Array | undefined;
  /** Pairs of servers whose addresses stand for each other, either way round. */
  readonly #pairs = new PairTable();

  constructor(table: ExchangeTable) {
    this.#table = table;
    this.#learn();
  }

  get isEmpty(): boolean {
    return this.#servers === undefined;
  }

  /** Whether two rows are one exchange under two pairs of addresses, as far as both show it. */
  isSame(row: number, other: number): boolean {
    return !this.isEmpty && this.#pairs.get(this.#serverOf(row), this.#serverOf(other)) >= 0 && this.#isAlike(row, other);
  }

  #learn(): void {
    const table = this.#table;
    const lessons = new Uint8Array(table.ends.length);
    const known = new PairTable();
    for (let row = 0; row < table.size; row++) {
      const ends = table.endsOf[row]!;
      if (lessons[ends]! >= LESSONS || !table.isWhole(row) || !table.hasResponse(row)) continue;
      lessons[ends]!++;
      const other = known.get(table.requestSequence[row]!, table.responseSequence[row]!);
      if (other >= 0 && this.#isAlike(row, other)) this.#add(this.#serverOf(row), this.#serverOf(other));
      known.set(table.requestSequence[row]!, table.responseSequence[row]!, row);
    }
  }

  #add(a: number, b: number): void {
    this.#pairs.set(a, b, 1);
    this.#pairs.set(b, a, 1);
  }

  #serverOf(row: number): number {
    this.#servers ??= numberServers(this.#table);
    return this.#servers[this.#table.endsOf[row]!]!;
  }

  #isAlike(row: number, other: number): boolean {
    const table = this.#table;
    const a = table.ends.at(table.endsOf[row]!);
    const b = table.ends.at(table.endsOf[other]!);
    if (isSameEnd(a.client, b.client) && isSameEnd(a.server, b.server)) return false;
    return (
      !isLoopback(a.client.address) &&
      !isLoopback(b.client.address) &&
      table.stream[row] === table.stream[other] &&
      isSameRequest(table, row, other) &&
      isSameResponse(table, row, other) &&
      isAtOneTime(table, row, other)
    );
  }
}

function numberServers({ ends }: ExchangeTable): Int32Array {
  const servers = new Interned<string>();
  return Int32Array.from(ends, ({ server }) => servers.number(formatEndpoint(server)));
}

function isSameRequest(table: ExchangeTable, row: number, other: number): boolean {
  if (!table.hasRequest(row) || !table.hasRequest(other)) return true;
  if (table.requestSequence[row] !== table.requestSequence[other] || table.method[row] !== table.method[other]) return false;
  const isOneCut = !table.isWhole(row) || !table.isWhole(other);
  return (
    isOneCut ||
    (table.targetHash[row] === table.targetHash[other] &&
      table.host[row] === table.host[other] &&
      table.headLength(row) === table.headLength(other))
  );
}

function isSameResponse(table: ExchangeTable, row: number, other: number): boolean {
  if (!table.hasResponse(row) || !table.hasResponse(other)) return true;
  return table.responseSequence[row] === table.responseSequence[other] && table.status[row] === table.status[other];
}

/** One clock shows both within the time that forwarding takes; two clocks may be apart. */
function isAtOneTime(table: ExchangeTable, row: number, other: number): boolean {
  const isAsked = table.hasRequest(row) && table.hasRequest(other);
  const at = isAsked ? table.requestStart : table.responseStart;
  const apart = Math.abs(at[row]! - at[other]!);
  return apart <= (table.vantageOf(row) === table.vantageOf(other) ? FORWARDED_WITHIN_US : APART_WITHIN_US);
}
