// Name resolution blocks (draft-ietf-opsawg-pcapng §4.5): what the capturing host knew about addresses.
import { padded, type SectionView } from "./pcapng-options.ts";

const NRB_RECORD_END = 0;
const NRB_RECORD_IPV4 = 1;
const NRB_RECORD_IPV6 = 2;

const utf8 = new TextDecoder();

/** Reads the block at [at, end), where `end` is before the trailing length. False when a record runs beyond it. */
export function readNames(
  { view, littleEndian }: SectionView,
  bytes: Uint8Array,
  at: number,
  end: number,
  emit: (address: string, name: string) => void,
): boolean {
  let record = at + 8;
  while (record + 4 <= end) {
    const type = view.getUint16(record, littleEndian);
    const length = view.getUint16(record + 2, littleEndian);
    const value = record + 4;
    if (type === NRB_RECORD_END) return true;
    if (value + length > end) return false;
    const addressLength = type === NRB_RECORD_IPV4 ? 4 : type === NRB_RECORD_IPV6 ? 16 : 0;
    if (addressLength > length) return false;
    if (addressLength > 0) {
      const address = addressText(bytes.subarray(value, value + addressLength));
      // One record may hold several names, each ended by a zero byte.
      const names = utf8.decode(bytes.subarray(value + addressLength, value + length)).split("\0");
      for (const name of names) if (name !== "") emit(address, name);
    }
    record = value + padded(length);
  }
  return true;
}

/** Dotted quad, also for an IPv4-mapped address, or RFC 5952 text, which is how the URL standard prints an IPv6 host. */
function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const isMapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  if (isMapped) return bytes.subarray(12).join(".");
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return new URL(`http://[${hex.replace(/(.{4})(?!$)/g, "$1:")}]/`).hostname.slice(1, -1);
}
