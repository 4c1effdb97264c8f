import type { Endpoint } from "../wire/endpoint.ts";

/** The two ends of a connection, as a vantage point shows them. */
export interface Ends {
  readonly vantage: number;
  readonly connection: number;
  readonly client: Endpoint;
  readonly server: Endpoint;
}

/** Connections by number: exchanges name theirs and do not repeat its ends. */
export class ConnectionEnds {
  readonly all: Ends[] = [];
  /** By vantage point, then by the number of the connection: the index in `all` that came last. */
  readonly #known: Map<number, number>[] = [];
  #last = 0;

  /** Index in `all`. */
  number({ vantage, connection, client, server }: Ends): number {
    const last = this.all[this.#last];
    if (last !== undefined && last.client === client && last.server === server && last.vantage === vantage) return this.#last;
    this.#known[vantage] ??= new Map();
    const byConnection = this.#known[vantage];
    const known = byConnection.get(connection);
    if (known !== undefined && isSameEnd(this.all[known]!.client, client) && isSameEnd(this.all[known]!.server, server)) this.#last = known;
    else {
      this.#last = this.all.push({ vantage, connection, client, server }) - 1;
      byConnection.set(connection, this.#last);
    }
    return this.#last;
  }
}

export function isSameEnd(a: Endpoint, b: Endpoint): boolean {
  return a === b || (a.address === b.address && a.port === b.port);
}
