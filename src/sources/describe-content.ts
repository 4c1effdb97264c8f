// What a file is that is no capture, told by its first bytes, so that a mistake is explained and not only refused.

/** Bytes that `describeContent` wants to see. */
export const CONTENT_START_LENGTH = 512;

const MAGIC: readonly (readonly [hex: string, what: string])[] = [
  ["504b0304", "it is a zip archive; unpack it first"],
  ["fd377a585a00", "it is packed with xz; unpack it with xz -d"],
  ["425a68", "it is packed with bzip2; unpack it with bzip2 -d"],
  ["04224d18", "it is packed with lz4; unpack it with lz4 -d"],
  ["377abcaf271c", "it is a 7z archive; unpack it first"],
  ["7f454c46", "it is an ELF program"],
  ["89504e47", "it is a PNG picture"],
  ["25504446", "it is a PDF document"],
  ["53514c69746520666f726d6174", "it is an SQLite database"],
  ["736e6f6f70000000", "it is a snoop capture; convert it with editcap -F pcapng"],
  ["474d4255", "it is a Network Monitor capture; convert it with editcap -F pcapng"],
  ["52545353", "it is a Network Monitor 1 capture; convert it with editcap -F pcapng"],
  ["58435000", "it is a NetXRay capture; convert it with editcap -F pcapng"],
  ["5452534e49464620646174612020", "it is a Sniffer capture; convert it with editcap -F pcapng"],
];

const TEXT: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/^\s*\{[\s\S]*"(data"\s*:\s*\[\s*\{\s*"(traceID|spans)"|traceID")/, "it is a Jaeger trace export; give it with --traces"],
  [/^\s*\{[\s\S]*"(resourceSpans|resource_spans|scopeSpans)"/, "it is an OTLP trace export; give it with --traces"],
  [/^\s*[[{]\s*["{[\]}]/, "it is JSON"],
  [/^\s*(<!doctype html|<html)/i, "it is a web page; was the download behind a login?"],
  [
    /^(#.*\n)*(CLIENT_RANDOM|RSA|(CLIENT|SERVER)_(HANDSHAKE_)?TRAFFIC_SECRET\w*|EXPORTER_SECRET) [0-9a-f]/i,
    "it is a TLS key log; give it with --keylog",
  ],
];

/** Says in a clause what a file holds that begins with `start`: `it is a zip archive; unpack it first`, `it starts with "# Meeti"`. */
export function describeContent(start: Uint8Array): string {
  if (start.length === 0) return "it is empty";
  const hex = Array.from(start.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const known = MAGIC.find(([magic]) => hex.startsWith(magic));
  if (known) return known[1];
  if (isTar(start)) return "it is a tar archive; unpack it first";
  if (isText(start)) return describeText(new TextDecoder().decode(start));
  if (isErf(start)) return "it looks like an Endace ERF capture; convert it with editcap -F pcapng";
  return `it starts with the bytes ${hex.slice(0, 16).replace(/..(?!$)/g, "$& ")}`;
}

function describeText(text: string): string {
  const known = TEXT.find(([pattern]) => pattern.test(text));
  return known ? known[1] : `it starts with ${JSON.stringify(Array.from(text).slice(0, 7).join(""))}`;
}

function isText(start: Uint8Array): boolean {
  return start.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d));
}

function isTar(start: Uint8Array): boolean {
  return new TextDecoder("latin1").decode(start.subarray(257, 262)) === "ustar";
}

/** ERF has no magic number: a little-endian timestamp whose upper half is Unix seconds, a type below 48, a length that holds the header. */
function isErf(start: Uint8Array): boolean {
  if (start.length < 16) return false;
  const view = new DataView(start.buffer, start.byteOffset, start.length);
  const seconds = view.getUint32(4, true);
  const isRecent = seconds > Date.UTC(1999, 0) / 1000 && seconds < Date.UTC(2040, 0) / 1000;
  return isRecent && (view.getUint8(8) & 0x7f) < 48 && view.getUint16(10) >= 16;
}
