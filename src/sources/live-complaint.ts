// Why a capture could not begin, told from what the capturing program said, and what to do about it.

import { withFullStop } from "../wire/words.ts";

export type Complaint = "permission" | "no interface" | "interface down" | "filter" | "other";

/** In this order: dumpcap's advice on permissions mentions nearly everything. */
const SIGNS: readonly (readonly [Complaint, RegExp])[] = [
  ["no interface", /no such device|no device named|doesn't exist|SIOCGIFHWADDR|device not configured/i],
  ["permission", /permission|not permitted|CAP_NET_RAW/i],
  ["interface down", /not up|network is down/i],
  ["filter", /filter|syntax error|unknown (host|port|network|protocol|ether)|illegal|expression/i],
];

export function complaintOf(said: string): Complaint {
  return SIGNS.find(([, sign]) => sign.test(said))?.[0] ?? "other";
}

export interface Attempt {
  readonly program: string;
  readonly interface: string;
  readonly filter: string | undefined;
  /** Interfaces there are. */
  readonly interfaces: readonly string[];
}

/** One sentence for the user, and what to do. */
export function explainComplaint(said: string, attempt: Attempt): string {
  const { program, interface: name, filter, interfaces } = attempt;
  const words = `${program}: ${ownWords(said)}`;
  switch (complaintOf(said)) {
    case "permission":
      return `capturing on ${name} is not permitted (${words}). Run it with sudo, or allow it once and for all: ${allow(program)}`;
    case "no interface":
      return `there is no interface ${name}. There are: ${interfaces.join(", ")}.`;
    case "interface down":
      return `the interface ${name} is down (${words}). Bring it up: sudo ip link set ${name} up`;
    case "filter":
      if (filter !== undefined)
        return `--filter ${JSON.stringify(filter)} is no capture filter (${words}). As an example: --filter 'tcp port 8080'`;
      break;
    case "other":
  }
  return `${program} cannot capture on ${name}: ${withFullStop(ownWords(said))} Try it by itself: ${program} -i ${name}`;
}

/** Lines that are there whatever happens. */
const NOISE = /^(Capturing on|File:|Packets|tcpdump: listening|.*cap_set_proc|Warning:)|^\s*$/;
const MOST_LINES = 2;
const MOST_CHARACTERS = 200;

/** The first lines of what a program said, without its name before them. */
export function ownWords(said: string): string {
  const lines = said.split("\n").filter((line) => !NOISE.test(line));
  const words = lines
    .slice(0, MOST_LINES)
    .map((line) => line.replace(/^(tcpdump|dumpcap): /, "").trim())
    .join(" ")
    .slice(0, MOST_CHARACTERS);
  return words.replace(/\.$/, "") || "it said nothing";
}

function allow(program: string): string {
  // The package captures inside the process of Node itself.
  return `sudo setcap cap_net_raw,cap_net_admin+ep "$(readlink -f "$(command -v ${program === "cap" ? "node" : program})")"`;
}
