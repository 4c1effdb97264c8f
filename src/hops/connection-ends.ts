import type { Endpoint } from "../wire/endpoint.ts";

/** The two ends of a connection, as a vantage point shows them. */
export interface Ends {
  readonly vantage: number;
  readonly connection: number;
  readonly client: Endpoint;
  readonly server: Endpoint;
}

const RECENT = 1_024;

/** Connections by number: exchanges name theirs and do not repeat its ends. */
export class ConnectionEnds {
  readonly all: Ends[] = [];
  /** By vantage point, then by the number of the connection: the index in `all` that came last. */
  readonly #known: Map<number, number>[] = [];
  /** Indices in `all` that came last, by number of the connection: a server's connections take turns. */
  readonly #recent = new Int32Array(RECENT);

  /** Index in `all`. */
  number({ vantage, connection, client, server }: Ends): number {
    const slot = connection & (RECENT - 1);
    const recent = this.all[this.#recent[slot]!];
    if (recent !== undefined && recent.client === client && recent.server === server && recent.vantage === vantage)
      return this.#recent[slot]!;
    const number = this.#find({ vantage, connection, client, server });
    this.#recent[slot] = number;
    return number;
  }

  #find({ vantage, connection, client, server }: Ends): number {
    this.#known[vantage] ??= new Map();
    const byConnection = this.#known[vantage];
    const known = byConnection.get(connection);
    if (known !== undefined && isSameEnd(this.all[known]!.client, client) && isSameEnd(this.all[known]!.server, server)) return known;
    const number = this.all.push({ vantage, connection, client, server }) - 1;
    byConnection.set(connection, number);
    return number;
  }
}

export function isSameEnd(a: Endpoint, b: Endpoint): boolean {
  return a === b || (a.address === b.address && a.port === b.port);
}
