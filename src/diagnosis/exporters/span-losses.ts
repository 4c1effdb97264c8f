// What happened to all spans of a workload whose ids the wire shows: which of them its exports carried.

import type { Hop } from "../../hops/hop.ts";
import type { Workload } from "../../naming/workload.ts";
import type { SpanExport } from "../../protocols/observation.ts";
import type { Span } from "../../spans/span.ts";
import { groupBy } from "../../wire/group-by.ts";
import type { View } from "../view.ts";
import { isBefore } from "./hop-end.ts";

export interface Losses {
  /** Calls under a span id of its own that was neither exported nor recorded, though the call was over before the last export. */
  readonly lostCalls: number;
  /** Calls whose span was exported or recorded. */
  readonly keptCalls: number;
}

export class SpanLosses {
  readonly #view: View;
  #calls: ReadonlyMap<Workload, Losses> | undefined;
  #orphans: ReadonlyMap<string, readonly Span[]> | undefined;

  constructor(view: View) {
    this.#view = view;
  }

  of(workload: Workload): Losses {
    this.#calls ??= this.#countCalls();
    return this.#calls.get(workload) ?? NOTHING;
  }

  /** Ids of spans that `workload` must have made for this request: its spans of the trace name them as parents, and nobody ever sent them. */
  missingParents(hop: Hop, workload: Workload): readonly string[] {
    const { exporters, diff } = this.#view;
    const found = new Set<string>();
    const callers = new Set(hop.reading.identities.map(({ spanId }) => spanId));
    for (const traceId of hop.traceIds) {
      const add = (parent: string | undefined, service: string, isHere: boolean) => {
        if (parent === undefined || callers.has(parent) || !(isHere || service === workload.service)) return;
        if (diff.index.byId(traceId, parent).length === 0 && !exporters.shipped.has(traceId, parent)) found.add(parent);
      };
      for (const { span, export: of } of exporters.shipped.ofTrace(traceId))
        add(span.parentSpanId, span.resource.service, exporters.isExportOf(workload, of));
      for (const span of this.#orphansOf(traceId)) add(span.parentSpanId, span.resource.service, false);
    }
    return [...found];
  }

  /** Recorded spans whose parent is not. */
  #orphansOf(traceId: string): readonly Span[] {
    if (this.#orphans === undefined) {
      const { index } = this.#view.diff;
      const orphans = index.spans.filter(
        (span) => span.parentSpanId !== undefined && index.byId(span.traceId, span.parentSpanId).length === 0,
      );
      this.#orphans = groupBy(orphans, (span) => span.traceId);
    }
    return this.#orphans.get(traceId) ?? [];
  }

  #countCalls(): Map<Workload, Losses> {
    const { table, naming, backend } = this.#view;
    const counts = new Map<Workload, { lostCalls: number; keptCalls: number }>();
    for (let index = 0; index < table.size; index++) {
      if (!table.isWork(index)) continue;
      const workload = naming.senderOf(index);
      const hop = table.hop(index);
      const own = this.#ownIds(hop);
      if (own.length === 0 || !own.every(({ traceId }) => backend.isLookedUp(traceId))) continue;
      const known = counts.get(workload) ?? { lostCalls: 0, keptCalls: 0 };
      counts.set(workload, known);
      if (own.some((id) => this.#isKnown(id.traceId, id.spanId))) known.keptCalls++;
      else if (isBefore(hop, this.#lastExport(workload))) known.lostCalls++;
    }
    return counts;
  }

  /** Sampled ids of spans that the sender made for this call: those of the request that caused it are not its own. */
  #ownIds(hop: Hop): readonly { readonly traceId: string; readonly spanId: string }[] {
    if (hop.parent?.because === "forwarded unchanged") return [];
    const before = hop.parent === undefined ? [] : this.#view.table.hop(hop.parent.hop).reading.identities;
    return hop.reading.identities.filter(({ spanId, sampled }) => sampled === true && !before.some((id) => id.spanId === spanId));
  }

  #isKnown(traceId: string, spanId: string): boolean {
    const { diff, exporters } = this.#view;
    return diff.index.byId(traceId, spanId).length > 0 || exporters.shipped.has(traceId, spanId);
  }

  #lastExport(workload: Workload): SpanExport | undefined {
    const exports = this.#view.exporters.exportsOf(workload);
    return exports[exports.length - 1];
  }
}

const NOTHING: Losses = { lostCalls: 0, keptCalls: 0 };
