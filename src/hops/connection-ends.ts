import { type Column, grown, Interned } from "../wire/columns.ts";
import type { Endpoint } from "../wire/endpoint.ts";

/** The two ends of a connection, as a vantage point shows them. */
export interface Ends {
  readonly vantage: number;
  readonly connection: number;
  readonly client: Endpoint;
  readonly server: Endpoint;
}

const FIRST_CAPACITY = 1_024;
const RECENT = 1_024;

/** Connections by number, in columns: exchanges name theirs and do not repeat its ends. */
export class ConnectionEnds {
  length = 0;
  #vantage = new Uint16Array(FIRST_CAPACITY);
  #connection = new Uint32Array(FIRST_CAPACITY);
  /** Numbers in `#addresses`. */
  #client = new Uint32Array(FIRST_CAPACITY);
  #server = new Uint32Array(FIRST_CAPACITY);
  #clientPort = new Uint16Array(FIRST_CAPACITY);
  #serverPort = new Uint16Array(FIRST_CAPACITY);
  readonly #addresses = new Interned<string>();
  /** By vantage point, then by the number of the connection: its number here plus one; 0 without one. */
  readonly #known: Uint32Array[] = [];
  /** Numbers that came last, by number of the connection: a server's connections take turns. */
  readonly #recent = new Int32Array(RECENT);

  at(number: number): Ends {
    return {
      vantage: this.#vantage[number]!,
      connection: this.#connection[number]!,
      client: { address: this.#addresses.values[this.#client[number]!]!, port: this.#clientPort[number]! },
      server: { address: this.#addresses.values[this.#server[number]!]!, port: this.#serverPort[number]! },
    };
  }

  *[Symbol.iterator](): Generator<Ends> {
    for (let number = 0; number < this.length; number++) yield this.at(number);
  }

  vantageOf(number: number): number {
    return this.#vantage[number]!;
  }

  /** The number of a connection, which is remembered. */
  number(ends: Ends): number {
    const slot = ends.connection & (RECENT - 1);
    const recent = this.#recent[slot]!;
    if (recent < this.length && this.#connection[recent] === ends.connection && this.#isSame(recent, ends)) return recent;
    const number = this.#find(ends);
    this.#recent[slot] = number;
    return number;
  }

  /** Only those that `used` names, which is changed to their new numbers. */
  renumbered(used: Uint32Array): ConnectionEnds {
    const kept = new ConnectionEnds();
    /** By number here: the number there plus one. */
    const numbers = new Uint32Array(this.length);
    for (let i = 0; i < used.length; i++) {
      const number = used[i]!;
      if (numbers[number] === 0) numbers[number] = kept.number(this.at(number)) + 1;
      used[i] = numbers[number]! - 1;
    }
    return kept;
  }

  #find(ends: Ends): number {
    const { vantage, connection } = ends;
    let known = this.#known[vantage] ?? new Uint32Array(FIRST_CAPACITY);
    if (connection >= known.length) known = grown(known, Math.max(known.length * 2, connection + 1));
    this.#known[vantage] = known;
    const before = known[connection]!;
    if (before > 0 && this.#isSame(before - 1, ends)) return before - 1;
    known[connection] = this.#add(ends) + 1;
    return known[connection]! - 1;
  }

  #isSame(number: number, { vantage, client, server }: Ends): boolean {
    const { values } = this.#addresses;
    return (
      this.#vantage[number] === vantage &&
      this.#clientPort[number] === client.port &&
      this.#serverPort[number] === server.port &&
      values[this.#client[number]!] === client.address &&
      values[this.#server[number]!] === server.address
    );
  }

  #add({ vantage, connection, client, server }: Ends): number {
    if (this.length === this.#vantage.length) this.#grow();
    const number = this.length++;
    this.#vantage[number] = vantage;
    this.#connection[number] = connection;
    this.#client[number] = this.#addresses.number(client.address);
    this.#server[number] = this.#addresses.number(server.address);
    this.#clientPort[number] = client.port;
    this.#serverPort[number] = server.port;
    return number;
  }

  #grow(): void {
    const longer = <C extends Column>(column: C): C => grown(column, column.length * 2);
    this.#vantage = longer(this.#vantage);
    this.#connection = longer(this.#connection);
    this.#client = longer(this.#client);
    this.#server = longer(this.#server);
    this.#clientPort = longer(this.#clientPort);
    this.#serverPort = longer(this.#serverPort);
  }
}

export function isSameEnd(a: Endpoint, b: Endpoint): boolean {
  return a === b || (a.address === b.address && a.port === b.port);
}
