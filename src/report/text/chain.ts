// The way of the requests through the system, as far as the captures show it, with the place of the fault marked:
//   client ──13/20──▶ ingress ──5/20──▶ frontend ──20/20──▶ orders
//                              ▲ 8 lost here

import type { Exemplar } from "../../diagnosis/exemplars.ts";
import type { Finding } from "../../diagnosis/finding.ts";
import type { Inspection } from "../../diagnosis/inspection.ts";
import type { Verdict } from "../../diagnosis/verdict.ts";
import type { HopGraph } from "../../hops/build-hops.ts";
import { firstCausedBy } from "../../hops/count-hops.ts";
import type { Hop } from "../../hops/hop.ts";
import { shorten } from "./words.ts";

const MAX_BEFORE = 4;
const MAX_BEHIND = 3;
const LONGEST_NAME = 28;

export interface Chain {
  readonly nodes: readonly string[];
  /** What goes from a node to the next. */
  readonly arrows: readonly { readonly withContext: number; readonly exchanges: number }[];
  /** Index of the arrow on which the fault shows. */
  readonly faulty: number;
  readonly isAtReceiver: boolean;
  readonly mark: string;
}

const MARKS: Partial<Record<Verdict, string>> = {
  stripped: "lost here",
  truncated: "cut here",
  split: "go on in new traces",
  malformed: "invalid here",
  ignored: "ignored here",
  unrecorded: "without a span here",
  misattributed: "under a wrong or missing name",
  "not-sampled": "with a changed flag",
};

export function chainOf(finding: Finding, inspection: Inspection): Chain | undefined {
  const { edge, verdict, affected, exemplars, culprit } = finding;
  const mark = MARKS[verdict];
  // Preflights are no steps of a trace.
  if (edge === undefined || mark === undefined || finding.cause === "cors-preflight") return undefined;
  const ways = exemplars.map((exemplar) => ({
    before: nodesBefore(exemplar, inspection),
    behind: nodesBehind(exemplar.judgement.hop, inspection),
  }));
  const longest = ways.reduce((a, b) => (b.before.length + b.behind.length > a.before.length + a.behind.length ? b : a), {
    before: [],
    behind: [],
  });
  const nodes = [...longest.before, edge.from, edge.to, ...longest.behind];
  const isAtReceiver = culprit !== undefined && (culprit.group === edge.to || culprit.name === edge.to) && edge.from !== edge.to;
  return {
    nodes,
    arrows: nodes.slice(1).map((to, i) => countsOf(nodes[i] ?? "", to, inspection)),
    faulty: longest.before.length,
    isAtReceiver: isAtReceiver && ["ignored", "unrecorded", "misattributed", "not-sampled"].includes(verdict),
    mark: `▲ ${affected} ${isAtReceiver && verdict === "not-sampled" ? "not recorded here" : isBorrowed(finding) ? "with contexts of other requests" : mark}`,
  };
}

function isBorrowed({ exemplars }: Finding): boolean {
  return exemplars.filter(({ fault }) => fault.isBorrowed === true).length * 2 > exemplars.length;
}

function nodesBefore({ judgement, fault }: Exemplar, { graph, naming }: Inspection): string[] {
  const nodes: string[] = [];
  let next = naming.senderOf(judgement.hop.index).group;
  let hop: Hop | undefined = fault.parent ?? parentOf(judgement.hop, graph);
  while (hop !== undefined && nodes.length < MAX_BEFORE) {
    const [from, to] = [naming.senderOf(hop.index).group, naming.receiverOf(hop.index).group];
    // Spans tell of a cause on another machine: what lies between is in no capture, or cannot be read.
    nodes.unshift(...(to === next ? [from] : [from, to]));
    next = from;
    hop = parentOf(hop, graph);
  }
  return nodes;
}

function parentOf({ parent }: Hop, { table }: HopGraph): Hop | undefined {
  return parent === undefined ? undefined : table.hop(parent.hop);
}

function nodesBehind(first: Hop, { graph, naming }: Inspection): string[] {
  const nodes: string[] = [];
  let cause = first.index;
  while (nodes.length < MAX_BEHIND) {
    const next = firstCausedBy(graph.table, cause);
    if (next === undefined) break;
    nodes.push(naming.receiverOf(next).group);
    cause = next;
  }
  return nodes;
}

function countsOf(from: string, to: string, { diagnosis }: Inspection) {
  const counts = { withContext: 0, exchanges: 0 };
  for (const edge of diagnosis.tally.edgeIndex.betweenCalled(from, to)) {
    counts.withContext += edge.withContext;
    counts.exchanges += edge.exchanges;
  }
  return counts;
}

/** The drawing cut to a width: what lies farthest from the fault is left out first. */
export interface Drawing {
  readonly before: string;
  /** The faulty arrow. */
  readonly arrow: string;
  readonly behind: string;
  readonly mark: string;
}

export function drawChain(chain: Chain, width: number): Drawing {
  let [first, last] = [0, chain.nodes.length - 1];
  let drawing = drawPart(chain, first, last);
  while (lengthOf(drawing) > width && (first < chain.faulty || last > chain.faulty + 1)) {
    if (last - chain.faulty - 1 >= chain.faulty - first) last--;
    else first++;
    drawing = drawPart(chain, first, last);
  }
  return drawing;
}

function drawPart({ nodes, arrows, faulty, isAtReceiver, mark }: Chain, first: number, last: number): Drawing {
  const name = (i: number) => shorten(nodes[i] ?? "", LONGEST_NAME);
  const arrow = (i: number) => {
    const { withContext = 0, exchanges = 0 } = arrows[i] ?? {};
    return exchanges === 0 ? " ──?──▶ " : ` ──${withContext}/${exchanges}──▶ `;
  };
  let before = first > 0 ? "… ──▶ " : "";
  for (let i = first; i <= faulty; i++) before += i < faulty ? name(i) + arrow(i) : name(i);
  let behind = name(faulty + 1);
  for (let i = faulty + 1; i < last; i++) behind += arrow(i) + name(i + 1);
  if (last < nodes.length - 1) behind += " ──▶ …";
  const bad = arrow(faulty);
  const at = isAtReceiver
    ? before.length + bad.length + Math.floor(name(faulty + 1).length / 2)
    : before.length + Math.floor(bad.length / 2);
  return { before, arrow: bad, behind, mark: " ".repeat(at) + mark };
}

function lengthOf({ before, arrow, behind, mark }: Drawing): number {
  return Math.max(before.length + arrow.length + behind.length, mark.length);
}
