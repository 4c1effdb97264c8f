// Interface description and interface statistics blocks (draft-ietf-opsawg-pcapng §4.2, §4.6).
import { MAX_NAME_CHARS } from "../wire/limits.ts";
import type { InterfaceDescription } from "./packet.ts";
import { readInt64, readOptions, readUint64, type SectionView } from "./pcapng-options.ts";
import { DEFAULT_RESOLUTION, type TickClock, tickClock } from "./tick-clock.ts";

const IF_NAME = 2;
const IF_TSRESOL = 9;
const IF_TSOFFSET = 14;
const ISB_IFDROP = 5;
const ISB_OSDROP = 7;

/** Bytes before the options of both blocks' bodies, from the begin of the block. */
const IDB_OPTIONS = 16;
const ISB_OPTIONS = 20;

export interface Interface extends InterfaceDescription {
  readonly clock: TickClock;
  /** What breaks the specification, if anything does; defaults stand for it. */
  readonly problem: string | undefined;
}

const utf8 = new TextDecoder();

/** Reads the block at [at, end), where `end` is before the trailing length. It has at least `IDB_OPTIONS` bytes. */
export function readInterface(section: SectionView, bytes: Uint8Array, at: number, end: number): Interface {
  const { view, littleEndian } = section;
  let name = "";
  let resolution = DEFAULT_RESOLUTION;
  let offset = 0;
  const whole = readOptions(section, at + IDB_OPTIONS, end, (code, start, length) => {
    if (code === IF_NAME) name = utf8.decode(bytes.subarray(start, start + Math.min(length, MAX_NAME_CHARS))).replace(/\0+$/, "");
    if (code === IF_TSRESOL && length >= 1) resolution = view.getUint8(start);
    if (code === IF_TSOFFSET && length >= 8) offset = readInt64(section, start);
  });
  const clock = tickClock(resolution, offset);
  return {
    name,
    linkType: view.getUint16(at + 8, littleEndian),
    snapLength: view.getUint32(at + 12, littleEndian),
    resolution: clock === undefined ? DEFAULT_RESOLUTION : resolution,
    offset: clock === undefined ? 0 : offset,
    clock: clock ?? { whole: 2 ** 32, rest: 0, tick: 1, offset: 0 },
    problem: problemOf(whole, clock, resolution),
  };
}

function problemOf(whole: boolean, clock: TickClock | undefined, resolution: number): string | undefined {
  if (!clock) return `if_tsresol ${resolution} is no possible resolution; microseconds are assumed`;
  return whole ? undefined : "an option runs beyond its interface description block";
}

export interface Statistics {
  readonly interfaceId: number;
  /** isb_ifdrop + isb_osdrop since the capture began; undefined when the block says neither. */
  readonly lost: number | undefined;
}

/** Reads the block at [at, end), where `end` is before the trailing length. It has at least `ISB_OPTIONS` bytes. */
export function readStatistics(section: SectionView, at: number, end: number): Statistics {
  let lost: number | undefined;
  readOptions(section, at + ISB_OPTIONS, end, (code, start, length) => {
    if ((code === ISB_IFDROP || code === ISB_OSDROP) && length >= 8) lost = (lost ?? 0) + readUint64(section, start);
  });
  return { interfaceId: section.view.getUint32(at + 8, section.littleEndian), lost };
}
