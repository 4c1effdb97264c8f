// Judge: one hop with its parent, sightings and spans → what happened to its context here, and who did it.

import type { Hop } from "../hops/hop.ts";
import { RouteCounts } from "./exporters/route-counts.ts";
import { type AttributionFacts, gatherAttribution, judgeAttribution } from "./judge-attribution.ts";
import { judgeForOthers } from "./judge-for-others.ts";
import { judgeReceiver } from "./judge-receiver.ts";
import { judgeSender } from "./judge-sender.ts";
import type { Judgement } from "./judgement.ts";
import { pairUnserved } from "./likely-causes.ts";
import { gatherFacts, type ReceiverFacts } from "./receiver-facts.ts";
import { type SampledCall, UnsampledTwins } from "./unsampled-twins.ts";
import { unseenRequests } from "./unseen-requests.ts";
import { spansOf, type View } from "./view.ts";

/** Hops are independent of one another once parents and spans are known. */
export class Judge {
  #view: View;
  readonly #facts: ReceiverFacts;
  readonly #attribution: AttributionFacts;

  constructor(view: View) {
    const recordedRoutes = new RouteCounts(view);
    const found = { ...view.found, unserved: pairUnserved(view), unseen: unseenRequests(view) };
    this.#view = { ...view, found, ownTraceOf: (hop, receiver) => recordedRoutes.ownTraceOf(hop, receiver) };
    if (view.backend.isAsked) {
      const twins = new UnsampledTwins(this.#view, (hop) => this.#sampledCall(hop));
      this.#view = { ...this.#view, splitOfTwin: (hop) => twins.splitOf(hop) };
    }
    this.#facts = gatherFacts(this.#view, recordedRoutes);
    this.#attribution = gatherAttribution(view);
  }

  #sampledCall(hop: Hop): SampledCall {
    const { outcome, faults } = judgeSender(hop, this.#view);
    const split = faults.find(({ verdict, severity }) => verdict === "split" && severity !== "note");
    return { outcome: outcome === "continued" || outcome === "restarted" ? outcome : undefined, split };
  }

  judge(index: number): Judgement {
    const view = this.#view;
    const hop = view.table.hop(index);
    const { outcome, faults, isDoubtful = false } = judgeSender(hop, view);
    // Where only its cause is not told, what came can be judged.
    const isHidden = outcome === "not observable" && hop.reading.identities.length === 0;
    const own = isHidden ? [] : judgeReceiver(hop, view, this.#facts);
    const attribution = judgeAttribution(hop, view, this.#attribution);
    // What was lost says more than what could be.
    const others = outcome === "continued" && faults.length + own.length === 0 ? judgeForOthers(hop, view) : [];
    return {
      hop,
      from: view.naming.senderOf(index),
      to: view.naming.receiverOf(index),
      outcome,
      hasContext: hop.reading.context !== undefined,
      isRecorded: spansOf(view, hop.index).server !== undefined,
      isDoubtful,
      faults: own.length + attribution.length + others.length === 0 ? faults : [...faults, ...own, ...attribution, ...others],
    };
  }
}
