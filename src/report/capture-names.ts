// Capture files as a report calls them.

import type { Inspection } from "../diagnosis/inspection.ts";
import type { Hop } from "../hops/hop.ts";
import { count } from "../wire/count.ts";

type NameOf = (capture: number) => string;

/** Every row of a report asks, and a run may have hundreds of captures. */
const known = new WeakMap<Inspection["captures"], NameOf>();

/** The file's own name where it is unique, else its path. */
export function captureNames({ captures }: Inspection): NameOf {
  const nameOf = known.get(captures) ?? namesOf(captures);
  known.set(captures, nameOf);
  return nameOf;
}

function namesOf(captures: Inspection["captures"]): NameOf {
  const base = (path: string) => path.slice(path.lastIndexOf("/") + 1);
  const seen = new Map<string, number>();
  for (const { file } of captures) count(seen, base(file));
  return (index) => {
    const file = captures[index]?.file;
    return file === undefined ? "?" : seen.get(base(file)) === 1 ? base(file) : file;
  };
}

/** `ingress.pcap #52`: the frame as Wireshark numbers it. */
export function frameOf(hop: Hop, nameOf: NameOf): string {
  const packet = (hop.exchange.request ?? hop.exchange.response)?.packet;
  return packet === undefined ? "?" : `${nameOf(packet.capture)} #${packet.number}`;
}
