// Puts recorded spans and ghosts below one another: by the ids of spans where those lead on, else by what the wire says caused what.

import type { Inspection } from "../../diagnosis/inspection.ts";
import { isReceiving } from "../../diff/span-index.ts";
import { type Hop, INFERRED, type ParentLink } from "../../hops/hop.ts";
import type { Span } from "../../spans/span.ts";
import type { Breaks } from "./breaks.ts";
import { derivedSpanId } from "./derived-ids.ts";
import type { HopLinks } from "./hop-links.ts";
import type { Neighbourhood } from "./neighbourhood.ts";
import type { Absence, StitchedSpan } from "./stitched-trace.ts";

/** Longest way up a trace; what is deeper is a loop or an attack. */
const MAX_DEPTH = 1_024;

/** A place for a span that no span id puts anywhere. */
interface Wish {
  readonly below: StitchedSpan;
  readonly link: ParentLink;
  /** The exchange, where it is what broke. */
  readonly hop: Hop | undefined;
}

/** All spans of a neighbourhood, each with its parent. */
export function growForest(near: Neighbourhood, inspection: Inspection, links: HopLinks, breaks: Breaks): readonly StitchedSpan[] {
  return new Forest(inspection, links, breaks).grow(near);
}

class Forest {
  readonly #inspection: Inspection;
  readonly #links: HopLinks;
  readonly #breaks: Breaks;
  readonly #all: StitchedSpan[] = [];
  readonly #ofSpan = new Map<Span, StitchedSpan>();
  readonly #clients = new Map<number, StitchedSpan>();
  readonly #servers = new Map<number, StitchedSpan>();
  /** Ids that spans or the wire name and no recorded span has: the ghost that stands for them. */
  readonly #stands = new Map<string, StitchedSpan>();
  readonly #wishes = new Map<StitchedSpan, Wish>();

  constructor(inspection: Inspection, links: HopLinks, breaks: Breaks) {
    this.#inspection = inspection;
    this.#links = links;
    this.#breaks = breaks;
  }

  grow({ hops, spans }: Neighbourhood): readonly StitchedSpan[] {
    this.#addSpans(spans);
    for (const [span, own] of this.#ofSpan) {
      const parent = this.#parentById(span);
      if (parent !== undefined && own.parent === undefined) put(own, parent);
    }
    for (const index of hops) this.#addHop(this.#inspection.graph.table.hop(index));
    for (const index of hops) this.#hang(this.#inspection.graph.table.hop(index));
    for (const [top, { below, link, hop }] of this.#wishes) put(top, below, link, hop);
    this.#hangOrphans();
    return this.#all;
  }

  /** A backend that is read raw may hold a span twice. */
  #addSpans(spans: readonly Span[]): void {
    const seen = new Map<string, StitchedSpan>();
    for (const span of spans) {
      const key = `${span.traceId}${span.spanId}${span.kind}${span.startedAt}${span.resource.service}`;
      const known = seen.get(key) ?? this.#addSpan(span);
      seen.set(key, known);
      this.#ofSpan.set(span, known);
    }
  }

  #addSpan(span: Span): StitchedSpan {
    const { diff, graph } = this.#inspection;
    const index = diff.hopOf.get(span);
    const hop = index === undefined ? undefined : graph.table.hop(index);
    const side = hop === undefined ? undefined : diff.matches.get(hop.index)?.server === span ? "server" : "client";
    return this.#add({ span, hop, side, absence: undefined, originalTraceId: span.traceId, spanId: span.spanId });
  }

  #add(own: Pick<StitchedSpan, "span" | "hop" | "side" | "absence" | "originalTraceId" | "spanId">): StitchedSpan {
    const verdicts = own.hop !== undefined && this.#culpritSide(own.hop) === own.side ? this.#breaks.verdicts(own.hop.index) : [];
    const added: StitchedSpan = { ...own, verdicts, parent: undefined, link: undefined, linkedBy: undefined };
    this.#all.push(added);
    return added;
  }

  /** What a receiver ignored or did not record is told on its side. */
  #culpritSide({ index }: Hop): "client" | "server" {
    const verdicts = this.#breaks.verdicts(index);
    return verdicts.length > 0 && verdicts.every((verdict) => verdict === "ignored" || verdict === "unrecorded") ? "server" : "client";
  }

  /** Where a CLIENT and its SERVER span share an id (B3), the SERVER is below the CLIENT, and above what its own service did. */
  #parentById(span: Span): StitchedSpan | undefined {
    const { index } = this.#inspection.diff;
    const twin = isReceiving(span) ? index.byId(span.traceId, span.spanId).find((other) => other.kind === "client") : undefined;
    if (twin !== undefined) return this.#ofSpan.get(twin);
    const above = span.parentSpanId === undefined ? [] : index.byId(span.traceId, span.parentSpanId);
    const near =
      above.length < 2 ? undefined : above.find((other) => isReceiving(other) && other.resource.service === span.resource.service);
    const parent = near ?? index.parentOf(span);
    return parent === undefined ? undefined : this.#ofSpan.get(parent);
  }

  /** Both sides of an exchange: recorded, or a ghost. */
  #addHop(hop: Hop): void {
    const { diff } = this.#inspection;
    const { client, server } = diff.matches.get(hop.index) ?? {};
    const sender = client === undefined ? this.#sendingSpan(hop, server) : this.#ofSpan.get(client);
    this.#clients.set(hop.index, sender ?? this.#ghost(hop, "client"));
    this.#servers.set(hop.index, (server === undefined ? undefined : this.#ofSpan.get(server)) ?? this.#ghost(hop, "server"));
  }

  /** A proxy names its SERVER span; a span of the sender that the exchange could not be matched with is told by the receiver's. */
  #sendingSpan(hop: Hop, server: Span | undefined): StitchedSpan | undefined {
    if (hop.parent?.because === "forwarded unchanged") return undefined;
    const { index, hopOf } = this.#inspection.diff;
    for (const { traceId, spanId } of hop.reading.identities) {
      const named = index.byId(traceId, spanId).find((span) => hopOf.get(span) !== hop.index);
      if (named !== undefined) return this.#ofSpan.get(named);
    }
    const own = server === undefined ? undefined : this.#ofSpan.get(server)?.parent;
    return own?.span?.resource.service === server?.resource.service ? undefined : own;
  }

  #ghost(hop: Hop, side: "client" | "server"): StitchedSpan {
    const { identities, response, context } = hop.reading;
    const known = side === "server" ? response : hop.parent?.because === "forwarded unchanged" ? undefined : (context ?? identities[0]);
    const key = known === undefined ? undefined : known.traceId + known.spanId;
    const isFree =
      key !== undefined && !this.#stands.has(key) && this.#inspection.diff.index.byId(known!.traceId, known!.spanId).length === 0;
    const ghost = this.#add({
      span: undefined,
      hop,
      side,
      absence: this.#absenceOf(hop, side),
      originalTraceId: context?.traceId ?? identities[0]?.traceId,
      spanId: isFree ? known!.spanId : derivedSpanId(hop, side),
    });
    if (isFree) this.#stands.set(key, ghost);
    return ghost;
  }

  #absenceOf({ index }: Hop, side: "client" | "server"): Absence {
    const { answer, naming } = this.#inspection;
    if (answer === undefined) return "no backend asked";
    const who = side === "client" ? naming.senderOf(index) : naming.receiverOf(index);
    return who.isInstrumented ? "not in the backend" : "not instrumented";
  }

  #hang(hop: Hop): void {
    const client = this.#clients.get(hop.index)!;
    const server = this.#servers.get(hop.index)!;
    if (this.#isBelow(server, client, hop)) put(server, client);
    const link = this.#links.causeOf(hop.index);
    const below = link === undefined ? undefined : this.#servers.get(link.hop);
    if (link === undefined || below === undefined) return;
    const top = this.#topOf(client);
    // Spans that lead to a SERVER span have said what caused them.
    if (top === undefined || top === below || (top.span !== undefined && isReceiving(top.span))) return;
    const other = this.#wishes.get(top);
    if (other === undefined || isSurer(link, other.link))
      this.#wishes.set(top, { below, link, hop: this.#breaks.has(hop.index) ? hop : undefined });
  }

  /** Whether an exchange's SERVER span is to hang below its CLIENT side: not where its own ids lead elsewhere, nor where it began anew by right. */
  #isBelow(server: StitchedSpan, client: StitchedSpan, hop: Hop): boolean {
    if (server === client) return false;
    if (server.span === undefined) return true;
    if (server.parent !== undefined && client.span !== undefined) return false;
    const { traceIds, index } = hop;
    return traceIds.length === 0 || traceIds.includes(server.span.traceId) || this.#breaks.has(index);
  }

  /** The uppermost span of the sender's that leads to this one. */
  #topOf(from: StitchedSpan): StitchedSpan | undefined {
    let top = from;
    for (let depth = 0; depth < MAX_DEPTH; depth++) {
      if (top.parent === undefined || (top.span !== undefined && isReceiving(top.span))) return top;
      top = top.parent;
    }
    return undefined;
  }

  /** What names a missing span hangs below the ghost that stands for it; so does all else that names it. */
  #hangOrphans(): void {
    for (const [top, { below }] of this.#wishes) {
      const { span } = top;
      if (span?.parentSpanId === undefined || below.span !== undefined) continue;
      const key = span.traceId + span.parentSpanId;
      if (!this.#stands.has(key) && this.#inspection.diff.index.byId(span.traceId, span.parentSpanId).length === 0)
        this.#stands.set(key, below);
    }
    for (const own of this.#all) {
      if (own.parent !== undefined || own.span?.parentSpanId === undefined) continue;
      const ghost = this.#stands.get(own.span.traceId + own.span.parentSpanId);
      if (ghost !== undefined) put(own, ghost);
    }
  }
}

/** Sets the parent, unless that would close a circle, or makes a trace deeper than any is. */
function put(own: StitchedSpan, parent: StitchedSpan, link?: ParentLink, linkedBy?: Hop): void {
  let above: StitchedSpan | undefined = parent;
  for (let depth = 0; above !== undefined; depth++) {
    if (above === own || depth > MAX_DEPTH) return;
    above = above.parent;
  }
  own.parent = parent;
  own.link = link;
  own.linkedBy = linkedBy;
}

function isSurer(one: ParentLink, other: ParentLink): boolean {
  const [oneInferred, otherInferred] = [INFERRED.has(one.because), INFERRED.has(other.because)];
  return oneInferred === otherInferred ? one.confidence > other.confidence : otherInferred;
}
