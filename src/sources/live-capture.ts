import type { Readable } from "node:stream";

export interface LiveRequest {
  /** Name of the interface; `any` is all of them where the system has that. */
  readonly interface: string;
  /** A capture filter (pcap-filter). */
  readonly filter: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Calls back when this process ends, however it does; returns how to stop listening. What was started for the capture must end then, too. */
  onExit(callback: () => void): () => void;
}

/** A capture that runs until it is stopped. */
export interface LiveCapture {
  /** Who captures: `tcpdump`, `dumpcap`, `cap`. */
  readonly program: string;
  /** A pcap file that grows; it ends when the capture has ended. */
  readonly stream: Readable;
  /** What a reader of the report must know of this way of capturing, one sentence each. */
  readonly warnings: readonly string[];
  /** Packets dropped as far as the program has said; undefined while it has not. */
  readonly lost: number | undefined;
  /** Asks the program to say how many packets it dropped; the answer is in `lost` some moments later, or never. */
  askLost(): void;
  /** Ends the capture so that every packet which was seen until now still comes out of `stream`. May be called again. */
  stop(): void;
  /** Ends it at once. May be called at any time, also after the end. */
  kill(): void;
  /** Settles once the capture has ended, to why it did when nobody had asked: one clause, the program's own words. */
  readonly ended: Promise<string | undefined>;
}
