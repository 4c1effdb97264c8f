import type { Endpoint } from "../wire/endpoint.ts";
import type { Emit } from "../wire/stage.ts";
import type { Timestamp } from "../wire/timestamp.ts";
import type { Observation, PacketReference } from "./observation.ts";

/** One UDP datagram; its bytes are borrowed. */
export interface Datagram {
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly bytes: Uint8Array;
  readonly at: Timestamp;
  readonly packet: PacketReference;
}

/** A protocol over UDP, found by its ports. Contract: any bytes give observations, never an exception. */
export interface DatagramProtocol {
  readonly name: string;
  readonly ports: readonly number[];
  open(emit: Emit<Observation>): { push(datagram: Datagram): void; end(): void };
}
