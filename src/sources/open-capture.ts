// A source whose first bytes say which capture format it holds; anything else is refused with what it is instead.
import type { CaptureFormat, CaptureSink } from "../capture/packet.ts";
import { CAPTURE_MAGIC_LENGTH, recognizeCapture } from "../capture/registry.ts";
import type { Timestamp } from "../wire/timestamp.ts";
import { UserError } from "../wire/user-error.ts";
import { CONTENT_START_LENGTH, describeContent } from "./describe-content.ts";
import type { PacketTimes } from "./numbered-files.ts";
import { type OpenOptions, openSource } from "./open-source.ts";
import type { PeekableSource } from "./peekable-source.ts";

export interface OpenedCapture {
  readonly source: PeekableSource;
  readonly format: CaptureFormat;
}

/** Opens a capture file. Throws `UserError` when it cannot be read or is no capture. The caller closes the source. */
export async function openCapture(path: string, options: OpenOptions = {}): Promise<OpenedCapture> {
  const source = await openSource(path, options);
  try {
    const format = recognizeCapture(await source.peek(CAPTURE_MAGIC_LENGTH));
    if (format) return { source, format };
    throw new UserError(await whyNoCapture(source));
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function whyNoCapture(source: PeekableSource): Promise<string> {
  const start = await source.peek(CONTENT_START_LENGTH);
  const { name, problem } = source;
  if (start.length < CAPTURE_MAGIC_LENGTH && problem !== undefined)
    return `${name} cannot be unpacked: ${problem}. Copy or compress it again.`;
  return `${name} is no capture (${describeContent(start.subarray(0, CONTENT_START_LENGTH))}). Expected pcap or pcapng, gzip or zstd allowed.`;
}

/** Bytes in which a first packet is looked for: behind the blocks that Wireshark writes before it (names, secrets). */
const FIRST_PACKET_BYTES = 256 << 10;

/** Opens a capture only to learn when its first packet was taken; undefined when it begins with none. Throws `UserError`. */
export async function readFirstPacketTime(path: string): Promise<Timestamp | undefined> {
  const { source, format } = await openCapture(path, { chunkBytes: FIRST_PACKET_BYTES });
  try {
    return firstPacketTime(format, await source.peek(FIRST_PACKET_BYTES));
  } finally {
    await source.close();
  }
}

function firstPacketTime(format: CaptureFormat, start: Uint8Array): Timestamp | undefined {
  let first: Timestamp | undefined;
  const reader = format.open(
    timesTo((at) => {
      first ??= at;
    }),
  );
  reader.push(start);
  return first;
}

/** Reads the times of a capture's packets until one is later than `limit`: then undefined, as for fewer than two packets. Throws `UserError`. */
export async function readPacketTimes(path: string, limit: Timestamp): Promise<PacketTimes | undefined> {
  const { source, format } = await openCapture(path);
  let packets = 0;
  let last = Number.NEGATIVE_INFINITY;
  let longestPause = 0;
  const reader = format.open(
    timesTo((at) => {
      if (packets++ > 0) longestPause = Math.max(longestPause, at - last);
      last = Math.max(last, at);
    }),
  );
  try {
    for (let chunk = await source.read(); chunk !== undefined && last <= limit; chunk = await source.read()) reader.push(chunk);
  } finally {
    await source.close();
  }
  return packets > 1 && last <= limit ? { last, longestPause } : undefined;
}

function timesTo(take: (at: Timestamp) => void): CaptureSink {
  const nothing = () => undefined;
  return { packet: ({ timestamp }) => take(timestamp), anomaly: nothing, name: nothing, secrets: nothing, lost: nothing };
}
