// The capture formats that can be read. Their magic numbers exclude one another, so the order does not matter.
import type { CaptureFormat } from "./packet.ts";
import { pcap } from "./pcap.ts";
import { pcapng } from "./pcapng.ts";

export const captureFormats: readonly CaptureFormat[] = [pcap, pcapng];

/** Bytes that `recognizeCapture` may need; fewer only when the file is shorter. */
export const CAPTURE_MAGIC_LENGTH = Math.max(...captureFormats.map((format) => format.magicLength));

export function recognizeCapture(start: Uint8Array): CaptureFormat | undefined {
  return captureFormats.find((format) => format.recognize(start));
}
