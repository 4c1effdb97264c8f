// The names that tcpdump and dumpcap give to the files of one capture that is split, and what they say about the order.

import { CAPTURE_ENDING, COMPRESSED_ENDING } from "../wire/capture-name.ts";
import { SECOND, type Timestamp } from "../wire/timestamp.ts";

export interface RotationName {
  /** The name with `*` for what rotation changes: equal for all files of one capture. */
  readonly pattern: string;
  /** When the file was begun, in the capturing host's local time as if it were UTC, or exact. */
  readonly begun: Timestamp | undefined;
  /** Whether `begun` is Unix time (`%s`), not local time. */
  readonly isExact: boolean;
  /** The file's number, 0 for the one without. */
  readonly number: number;
}

/** dumpcap -b: `x_00001_20261122143000.pcapng`, or the other way round with `nametimenum:2`. */
const DUMPCAP = /^(?<before>.*_)(?:(?<number>\d{5,})_(?<time>\d{14})|(?<time2>\d{14})_(?<number2>\d{5,}))(?<after>\.\w+)?$/;
const COMPRESSED = new RegExp(`${COMPRESSED_ENDING}$`, "i");
/** tcpdump -C: `x.pcap`, `x.pcap1`; with -W `x.pcap00`, `x.pcap01`. */
const TCPDUMP_COUNT = new RegExp(`^(?<before>.*${CAPTURE_ENDING})(?<number>\\d*)$`);
/** tcpdump -G with a strftime pattern that begins with the year: at least a whole date. An AWS host name (ip-10-0-123-145) is none. */
const STRFTIME =
  /(?<!\d)(?<date>(?:19|20)\d\d(?<sep>[-_]?)(?:0[1-9]|1[0-2])\k<sep>(?:0[1-9]|[12]\d|3[01]))(?:[-_T]?(?<clock>(?:[01]\d|2[0-3])(?:[-_:]?[0-5]\d(?:[-_:]?[0-5]\d)?)?))?(?!\d)/;
/** tcpdump -G with `%s`: ten digits, from 2001 to 2033. */
const UNIX_SECONDS = /(?<!\d)(?<seconds>1\d{9})(?!\d)/;

/** What a name says, or undefined when no rotation makes such names. `orders-0.pcap` and `c1.pcap` are pods. */
export function parseRotationName(fileName: string): RotationName | undefined {
  const name = fileName.replace(COMPRESSED, "");
  const dumpcap = DUMPCAP.exec(name)?.groups;
  if (dumpcap) {
    const begun = readDigits(dumpcap.time ?? dumpcap.time2 ?? "");
    const number = Number(dumpcap.number ?? dumpcap.number2);
    return { pattern: `${dumpcap.before}*${dumpcap.after ?? ""}`, begun, isExact: false, number };
  }
  const counted = TCPDUMP_COUNT.exec(name)?.groups;
  const stem = counted?.before ?? name;
  const number = Number(counted?.number ?? 0);
  const local = STRFTIME.exec(stem);
  if (local) return { pattern: `${replaced(stem, local)}*`, begun: readDigits(local[0]), isExact: false, number };
  const exact = UNIX_SECONDS.exec(stem);
  if (exact) return { pattern: `${replaced(stem, exact)}*`, begun: Number(exact[0]) * SECOND, isExact: true, number };
  return counted && { pattern: `${stem}*`, begun: undefined, isExact: false, number };
}

function replaced(stem: string, match: RegExpExecArray): string {
  return `${stem.slice(0, match.index)}*${stem.slice(match.index + match[0].length)}`;
}

/** `20261122`, `2026-11-22_14:30:00` and the like; what is missing is zero. */
function readDigits(text: string): Timestamp {
  const digits = text.replace(/\D/g, "").padEnd(14, "0");
  const part = (from: number, to: number) => Number(digits.slice(from, to));
  return Date.UTC(part(0, 4), part(4, 6) - 1, part(6, 8), part(8, 10), part(10, 12), part(12, 14)) * 1000;
}
