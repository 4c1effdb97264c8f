// Reads a capture in given pieces and keeps all that it says, for tests.

import type { CaptureFormat, CaptureSink } from "../../src/capture/packet.ts";
import { CAPTURE_MAGIC_LENGTH, recognizeCapture } from "../../src/capture/registry.ts";
import type { Anomaly } from "../../src/wire/anomaly.ts";

export interface RecordedPacket {
  readonly number: number;
  readonly timestamp: number;
  readonly linkType: number;
  readonly interface: number;
  readonly bytes: string;
  readonly originalLength: number;
}

export interface Recording {
  readonly description: string;
  readonly packets: readonly RecordedPacket[];
  readonly anomalies: readonly Anomaly[];
  readonly names: readonly (readonly [address: string, name: string])[];
  readonly secrets: readonly (readonly [type: number, bytes: string])[];
  readonly lost: readonly (readonly [count: number, interfaceIndex: number])[];
}

/** Lengths of the pieces, used again and again; every piece is overwritten once it was pushed. */
export function recordCapture(bytes: Uint8Array, pieces: readonly number[] = [], format?: CaptureFormat): Recording {
  const { sink, recording } = recordingSink();
  const found = format ?? recognizeCapture(bytes.subarray(0, CAPTURE_MAGIC_LENGTH));
  if (!found) throw new Error("no capture");
  const reader = found.open(sink);
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = pieces.length === 0 ? bytes.length : Math.max(1, pieces[i % pieces.length]!);
    const piece = bytes.slice(at, at + length);
    reader.push(piece);
    piece.fill(0xee);
    at += length;
  }
  reader.end();
  return { ...recording, description: reader.describe() };
}

export function recordingSink(): { sink: CaptureSink; recording: Omit<Recording, "description"> } {
  const packets: RecordedPacket[] = [];
  const anomalies: Anomaly[] = [];
  const names: [string, string][] = [];
  const secrets: [number, string][] = [];
  const lost: [number, number][] = [];
  const sink: CaptureSink = {
    packet({ bytes, start, end, ...rest }) {
      if (start < 0 || end < start || end > bytes.length) throw new Error("a packet outside its bytes");
      packets.push({ ...rest, bytes: hex(bytes.subarray(start, end)) });
    },
    anomaly: (found) => anomalies.push(found),
    name: (address, name) => names.push([address, name]),
    secrets: (type, bytes) => secrets.push([type, hex(bytes)]),
    lost: (count, index) => lost.push([count, index]),
  };
  return { sink, recording: { packets, anomalies, names, secrets, lost } };
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
