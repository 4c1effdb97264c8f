// Judge: one hop with its parent, sightings and spans → what happened to its context here, and who did it.

import type { Hop } from "../hops/hop.ts";
import { RouteCounts } from "./exporters/route-counts.ts";
import { SpanLosses } from "./exporters/span-losses.ts";
import { judgeReceiver, type ReceiverFacts } from "./judge-receiver.ts";
import { judgeSender } from "./judge-sender.ts";
import type { Judgement } from "./judgement.ts";
import { spansOf, type View } from "./view.ts";

/** Hops are independent of one another once parents and spans are known. */
export class Judge {
  readonly #view: View;
  readonly #facts: ReceiverFacts;

  constructor(view: View) {
    this.#view = view;
    this.#facts = gatherFacts(view);
  }

  judge(index: number): Judgement {
    const view = this.#view;
    const hop = view.table.hop(index);
    const { outcome, faults, isDoubtful = false } = judgeSender(hop, view);
    const own = outcome === "not observable" ? [] : judgeReceiver(hop, view, this.#facts);
    return {
      hop,
      from: view.naming.senderOf(index),
      to: view.naming.receiverOf(index),
      outcome,
      hasContext: hop.reading.context !== undefined,
      isRecorded: spansOf(view, hop.index).server !== undefined,
      isDoubtful,
      faults: own.length === 0 ? faults : [...faults, ...own],
    };
  }
}

function gatherFacts(view: View): ReceiverFacts {
  const children = new Map<number, Hop[]>();
  const formats = new Map<number, Set<string>>();
  const newestRecorded = new Map<number, number>();
  // Only what a backend lacks is judged by these.
  const losses = new SpanLosses(view);
  const recordedRoutes = new RouteCounts(view);
  if (!view.backend.isAsked) return { children, formats, newestRecorded, losses, recordedRoutes };
  const learn = (workload: number, format: string) => formats.set(workload, (formats.get(workload) ?? new Set()).add(format));
  for (const hop of view.table.all()) {
    if (hop.parent !== undefined) {
      const known = children.get(hop.parent.hop);
      if (known === undefined) children.set(hop.parent.hop, [hop]);
      else known.push(hop);
    }
    const { server } = spansOf(view, hop.index);
    if (server !== undefined) {
      const receiver = view.naming.receiverOf(hop.index).index;
      newestRecorded.set(receiver, Math.max(newestRecorded.get(receiver) ?? 0, hop.endedAt ?? hop.startedAt));
    }
    const isForwarded = hop.parent?.because === "forwarded unchanged";
    for (const { format, traceId } of hop.reading.identities) {
      if (server?.traceId === traceId) learn(view.naming.receiverOf(hop.index).index, format);
      if (!isForwarded) learn(view.naming.senderOf(hop.index).index, format);
    }
  }
  return { children, formats, newestRecorded, losses, recordedRoutes };
}
