import type { Endpoint } from "../wire/endpoint.ts";
import type { Timestamp } from "../wire/timestamp.ts";
import { Flow } from "./flow.ts";
import { type Direction, opposite, type StreamSink } from "./stream-sink.ts";

/** How the connection began, as far as the capture shows it. */
export type Handshake = "not seen" | "unanswered" | "complete" | "refused";

/** The ends that a PROXY header names: who connected to the proxy in front, and where. */
export interface ProxiedEnds {
  readonly source: Endpoint;
  readonly destination: Endpoint;
}

/** One TCP connection as seen from one vantage point. */
export class Connection {
  /** Number in its vantage point, in the order of first packets. */
  readonly id: number;
  readonly vantage: number;
  /** The ends; index is `Direction` of what they send. */
  readonly ends: readonly [Endpoint, Endpoint];
  readonly flows: readonly [Flow, Flow] = [new Flow(), new Flow()];
  readonly openedAt: Timestamp;
  /** The first packet of it: its capture file in the run, and its frame number. */
  readonly firstPacket: { readonly capture: number; readonly number: number };
  lastPacketAt: Timestamp;
  handshake: Handshake = "not seen";
  /** The direction that the client sends in; undefined until a SYN or the bytes tell. */
  clientDirection: Direction | undefined;
  /** Set where the connection began with a PROXY header that names them. */
  proxied: ProxiedEnds | undefined;
  isClosed = false;
  stream: StreamSink | undefined;

  constructor(
    id: number,
    vantage: number,
    ends: readonly [Endpoint, Endpoint],
    openedAt: Timestamp,
    firstPacket: Connection["firstPacket"],
  ) {
    this.id = id;
    this.vantage = vantage;
    this.ends = ends;
    this.openedAt = openedAt;
    this.firstPacket = firstPacket;
    this.lastPacketAt = openedAt;
  }

  /** The client's direction; where nothing told, the end with the higher port is taken for the client. */
  get client(): Direction {
    return this.clientDirection ?? (this.ends[0].port >= this.ends[1].port ? 0 : 1);
  }

  get clientEnd(): Endpoint {
    return this.ends[this.client];
  }

  get serverEnd(): Endpoint {
    return this.ends[opposite(this.client)];
  }

  /** The sequence number (RFC 9293) of a stream position, as it stood in the packets. */
  sequenceAt(from: Direction, offset: number): number {
    const flow = this.flows[from];
    return (flow.next + (offset - flow.offset)) >>> 0;
  }
}
