// Which files are one capture that rotation split (tcpdump -C, -G, -W, dumpcap -b), and which are vantage points of their own.
import { basename, dirname, join } from "node:path";
import { groupBy } from "../wire/group-by.ts";
import { SECOND, type Timestamp } from "../wire/timestamp.ts";
import { parseRotationName, type RotationName } from "./rotation-name.ts";

export interface CaptureFile {
  /** Position in the sorted list of all files of the run. */
  readonly index: number;
  readonly path: string;
}

/** Files that follow one another from one vantage point; most often a single one. */
export interface CaptureSeries {
  readonly name: string;
  readonly files: readonly CaptureFile[];
}

interface Candidate extends CaptureFile {
  readonly rotation: RotationName;
}

/** Paths whose first packet's time `groupRotatedFiles` will ask for. */
export function rotationCandidates(paths: readonly string[]): string[] {
  return [...candidateGroups(paths).values()].filter((group) => group.length > 1).flatMap((group) => group.map(({ path }) => path));
}

/**
 * Groups files by what their names say, in one folder, when the packets agree: no two begin at the same time, and their order is that
 * of the names. Refused groups are captures of their own. Series are ordered by their first file's index.
 */
export function groupRotatedFiles(paths: readonly string[], firstPacketAt: (path: string) => Timestamp | undefined): CaptureSeries[] {
  const series: CaptureSeries[] = [];
  const grouped = new Set<number>();
  for (const [name, group] of candidateGroups(paths)) {
    const ordered = group.length > 1 ? inOrder(group, firstPacketAt) : undefined;
    if (!ordered) continue;
    for (const { index } of ordered) grouped.add(index);
    series.push({ name, files: ordered.map(({ index, path }) => ({ index, path })) });
  }
  for (const [index, path] of paths.entries()) if (!grouped.has(index)) series.push({ name: path, files: [{ index, path }] });
  return inOrderOfFiles(series);
}

/** By their first file's index. */
export function inOrderOfFiles(series: readonly CaptureSeries[]): CaptureSeries[] {
  return series.toSorted((a, b) => firstIndex(a) - firstIndex(b));
}

function firstIndex(series: CaptureSeries): number {
  return series.files.reduce((least, { index }) => Math.min(least, index), Number.POSITIVE_INFINITY);
}

function candidateGroups(paths: readonly string[]): Map<string, Candidate[]> {
  const candidates = paths.flatMap((path, index) => {
    const rotation = parseRotationName(basename(path));
    return rotation ? [{ index, path, rotation }] : [];
  });
  return groupBy(candidates, ({ path, rotation }) => join(dirname(path), rotation.pattern));
}

/** The files in the order in which they were written, or undefined when names and packets do not agree. */
function inOrder(group: readonly Candidate[], firstPacketAt: (path: string) => Timestamp | undefined): Candidate[] | undefined {
  const byName = group.toSorted((a, b) => compareNames(a.rotation, b.rotation));
  for (const [i, { rotation }] of byName.entries()) {
    const before = byName[i - 1]?.rotation;
    if (before && compareNames(before, rotation) === 0) return undefined;
  }
  const times = new Map(byName.map((file) => [file, firstPacketAt(file.path)]));
  if (!fitsNames(byName, times)) return undefined;
  const ordered = unwound(byName, times);
  return isAscending(ordered, times) ? ordered : undefined;
}

function compareNames(a: RotationName, b: RotationName): number {
  return (a.begun ?? 0) - (b.begun ?? 0) || a.number - b.number;
}

type Times = ReadonlyMap<Candidate, Timestamp | undefined>;

/** tcpdump -C -W writes over its first file again: where the time falls once, the oldest file is. */
function unwound(byName: readonly Candidate[], times: Times): Candidate[] {
  if (byName.some(({ rotation }) => rotation.begun !== undefined)) return [...byName];
  const known = byName.filter((file) => times.get(file) !== undefined);
  const oldest = known.find((file, i) => i > 0 && (times.get(file) ?? 0) < (times.get(known[i - 1] ?? file) ?? 0));
  const turn = oldest ? byName.indexOf(oldest) : 0;
  return [...byName.slice(turn), ...byName.slice(0, turn)];
}

function isAscending(files: readonly Candidate[], times: Times): boolean {
  const known = files.map((file) => times.get(file)).filter((time) => time !== undefined);
  return known.every((time, i) => i === 0 || time > (known[i - 1] ?? time));
}

/** Local times differ from UTC by a multiple of this, at most by `WIDEST_ZONE`. */
const ZONE_STEP = 900 * SECOND;
const WIDEST_ZONE = 14 * 3600 * SECOND;
/** A name is made when the file is opened, some time before its first packet is written, and it holds whole seconds. */
const NAME_SLACK = 2 * SECOND;

/**
 * Whether one time zone puts each file's first packet between the time in its name and that in the next. Files that two pods began at
 * the same moment do not fit, whatever their names say.
 */
function fitsNames(byName: readonly Candidate[], times: Times): boolean {
  let lowest = -WIDEST_ZONE;
  let highest = WIDEST_ZONE;
  for (const [i, file] of byName.entries()) {
    const at = times.get(file);
    const { begun, isExact } = file.rotation;
    if (begun === undefined || at === undefined) continue;
    if (isExact) [lowest, highest] = [Math.max(lowest, 0), Math.min(highest, 0)];
    highest = Math.min(highest, at - begun + NAME_SLACK);
    const next = byName.slice(i + 1).find(({ rotation }) => rotation.begun !== begun)?.rotation.begun;
    if (next !== undefined) lowest = Math.max(lowest, at - next - NAME_SLACK);
  }
  return Math.ceil(lowest / ZONE_STEP) * ZONE_STEP <= highest;
}
