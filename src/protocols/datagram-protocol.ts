import type { Anomaly } from "../wire/anomaly.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import type { Emit } from "../wire/stage.ts";
import type { Timestamp } from "../wire/timestamp.ts";
import type { Observation, PacketReference } from "./observation.ts";

/** One UDP datagram; its bytes are borrowed. */
export interface Datagram {
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly bytes: Uint8Array;
  /** False when the capture lacks its end. */
  readonly isWhole: boolean;
  readonly at: Timestamp;
  readonly packet: PacketReference;
}

export interface DatagramContext {
  /** Number of the vantage point. */
  readonly vantage: number;
  readonly emit: Emit<Observation | Anomaly>;
}

/** A protocol over UDP. Contract: any bytes give observations and anomalies, never an exception. */
export interface DatagramProtocol {
  readonly name: string;
  /** Whatever comes from or goes to them is this protocol's. */
  readonly ports: readonly number[];
  /** Whether a datagram on any other port is its own. MUST look at few bytes of what is not, and MUST be sure of what is. */
  recognizes(bytes: Uint8Array, start: number, end: number): boolean;
  open(context: DatagramContext): { push(datagram: Datagram): void; end(): void };
}
