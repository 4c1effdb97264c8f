// The optional package `cap` (libpcap inside Node), for machines without tcpdump and dumpcap: its packets as a pcap stream.

import { Readable } from "node:stream";
import { MAX_READ_AHEAD_BYTES } from "../wire/limits.ts";
import { UserError } from "../wire/user-error.ts";
import type { LiveCapture, LiveRequest } from "./live-capture.ts";

/** The package's own snap length. */
const SNAP_LENGTH = 65_535;
const KERNEL_BUFFER_BYTES = 32 << 20;

/** LINKTYPE_ values of the package's names. */
const LINK_TYPES: Readonly<Record<string, number>> = {
  NULL: 0,
  ETHERNET: 1,
  RAW: 101,
  LINKTYPE_LINUX_SLL: 113,
  IEEE802_11_RADIO: 127,
};

const CAP_WARNINGS = [
  "captured with the npm package cap, which gives no packet times: they were stamped on arrival and are late by some milliseconds; tcpdump or dumpcap would give true ones.",
  "the npm package cap does not say how many packets it dropped; exchanges may be missing.",
];

interface Cap {
  open(device: string, filter: string, bufferBytes: number, into: Buffer): string;
  setMinBytes?(count: number): void;
  on(event: "packet", listener: (length: number) => void): unknown;
  close(): void;
}

/** `missing`: the package is not installed or was not built; `refusal`: libpcap's words. */
export async function startCap({ interface: name, filter }: LiveRequest): Promise<LiveCapture | { readonly refusal: string } | "missing"> {
  const module = await loadCap();
  if (module === undefined) return "missing";
  const cap = new module.Cap();
  const buffer = Buffer.alloc(SNAP_LENGTH);
  let linkTypeName: string;
  try {
    linkTypeName = cap.open(name, filter ?? "", KERNEL_BUFFER_BYTES, buffer);
  } catch (error) {
    return { refusal: error instanceof Error ? error.message : String(error) };
  }
  const linkType = LINK_TYPES[linkTypeName];
  if (linkType === undefined) {
    cap.close();
    throw new UserError(`the npm package cap cannot capture on ${name} (${linkTypeName}). Install tcpdump or dumpcap.`);
  }
  cap.setMinBytes?.(0);
  return new CapCapture(cap, buffer, linkType);
}

class CapCapture implements LiveCapture {
  readonly program = "cap";
  readonly warnings = CAP_WARNINGS;
  readonly stream = new Readable({ read() {} });
  readonly ended: Promise<undefined>;
  readonly #cap: Cap;
  #isClosed = false;
  /** Packets that came faster than they were read. What libpcap dropped the package does not tell. */
  #dropped = 0;

  constructor(cap: Cap, buffer: Buffer, linkType: number) {
    this.#cap = cap;
    this.ended = new Promise((resolve) => this.stream.once("close", () => resolve(undefined)));
    this.stream.push(pcapHeader(linkType));
    cap.on("packet", (length) => {
      if (this.stream.readableLength > MAX_READ_AHEAD_BYTES) this.#dropped++;
      else this.stream.push(pcapRecord(now(), buffer.subarray(0, length)));
    });
  }

  get lost(): number | undefined {
    return this.#dropped > 0 ? this.#dropped : undefined;
  }

  askLost(): void {}

  stop(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cap.close();
    this.stream.push(null);
  }

  kill(): void {
    this.stop();
    this.stream.destroy();
  }
}

async function loadCap(): Promise<{ readonly Cap: new () => Cap } | undefined> {
  // A variable: the package is optional, so the compiler must not look for it.
  const name: string = "cap";
  try {
    const module: unknown = await import(name);
    const cap = typeof module === "object" && module !== null && "default" in module ? module.default : undefined;
    return isCapModule(cap) ? cap : undefined;
  } catch {
    return undefined;
  }
}

function isCapModule(module: unknown): module is { readonly Cap: new () => Cap } {
  return typeof module === "object" && module !== null && "Cap" in module && typeof module.Cap === "function";
}

/** Microseconds since the epoch, as fine as the clock gives them. */
function now(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000);
}

/** magic, version 2.4, two zeros, snap length, link type (draft-ietf-opsawg-pcap §4) */
function pcapHeader(linkType: number): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(SNAP_LENGTH, 16);
  header.writeUInt32LE(linkType, 20);
  return header;
}

/** seconds, microseconds, captured length, original length (§5) */
function pcapRecord(at: number, bytes: Uint8Array): Buffer {
  const record = Buffer.alloc(16 + bytes.length);
  record.writeUInt32LE(Math.floor(at / 1e6), 0);
  record.writeUInt32LE(at % 1e6, 4);
  record.writeUInt32LE(bytes.length, 8);
  // How long a cut packet was, the package does not tell.
  record.writeUInt32LE(bytes.length < SNAP_LENGTH ? bytes.length : SNAP_LENGTH + 1, 12);
  record.set(bytes, 16);
  return record;
}
