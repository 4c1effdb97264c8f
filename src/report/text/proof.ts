// What proves a finding, as it can be looked up: frames in Wireshark, spans in Jaeger, a display filter for all of them.

import { type Exemplar, firstShown, isCauseInferred } from "../../diagnosis/exemplars.ts";
import type { Finding } from "../../diagnosis/finding.ts";
import type { Inspection } from "../../diagnosis/inspection.ts";
import type { WireProof } from "../../diagnosis/judgement.ts";
import { isReceiving } from "../../diff/span-index.ts";
import type { Hop } from "../../hops/hop.ts";
import { isPlaceholder } from "../../naming/placeholder.ts";
import { isBaggageField } from "../../propagation/baggage-fields.ts";
import type { Span } from "../../spans/span.ts";
import { formatEndpoint } from "../../wire/endpoint.ts";
import type { Field } from "../../wire/field.ts";
import { counted, listed } from "../../wire/words.ts";
import { captureNames, frameOf } from "../capture-names.ts";
import { arrow, proofsOf, shownElsewhere, shownFields, spanEvidence } from "../evidence.ts";
import { populationFilter } from "../population-filter.ts";
import { packetOf, proofText, proofWay, wireEvidence } from "../wire-evidence.ts";
import { isTakenInWireshark } from "../wireshark-ports.ts";
import { affectedHops } from "./affected-hops.ts";
import { bold, dim, type Piece, widthOf } from "./line.ts";
import { LABEL_COLUMN, type Page } from "./page.ts";
import { shorten } from "./words.ts";

const MAX_SPANS_SHOWN = 2;
const MAX_FILES_NAMED = 4;
/** Characters of one field value on a terminal; a traceparent has 55. */
const LONGEST_VALUE = 120;

export function writeProof(finding: Finding, inspection: Inspection, page: Page): void {
  const { isVerbose } = page.options;
  const first = firstShown(finding.exemplars);
  const shown = isVerbose || first === undefined ? finding.exemplars : [first];
  let label = "Proof";
  for (const exemplar of shown) {
    for (const line of proofLines(finding, exemplar, inspection, page)) {
      page.labelled(label, ...line);
      label = "";
    }
  }
  const wire = isVerbose
    ? proofsOf(finding)
    : [...shown.flatMap(({ fault }) => fault.proofs ?? []), ...(finding.handshakes ?? []).slice(0, 1)];
  for (const line of wireLines([...new Set(wire)], inspection)) {
    page.labelled(label, ...line);
    label = "";
  }
  writeFilter(finding, inspection, page, label);
  const more = finding.exemplars.length === 0 ? 0 : finding.affected - shown.length;
  if (more > 0)
    page.labelled("", dim(`${counted(more, "more exchange")}: ${isVerbose ? "" : "--verbose, "}--hops faulty, or --format json`));
}

/** Look-ups, handshakes and exports that failed, and under each kind how to find its like. */
function wireLines(proofs: readonly WireProof[], inspection: Inspection): Piece[][] {
  const nameOf = captureNames(inspection);
  return proofs.flatMap((proof, i) => {
    const { capture, number } = packetOf(proof);
    const line: Piece[] = [bold(`${nameOf(capture)} #${number}`), `  ${proofWay(proof)}  ${proofText(proof)}`];
    const { filter } = wireEvidence(proof, inspection);
    const next = proofs[i + 1];
    return next !== undefined && wireEvidence(next, inspection).filter === filter ? [line] : [line, ["    ", filter]];
  });
}

/** A display filter for the whole population, in the captures nearest to the senders. */
function writeFilter(finding: Finding, inspection: Inspection, page: Page, label: string): void {
  const hops = affectedHops(finding, inspection);
  const found = populationFilter(finding, hops, inspection.graph.table);
  if (found === undefined) return;
  const nameOf = captureNames(inspection);
  // Of a single capture there is nothing to say, and the affected may be many.
  const files =
    inspection.captures.length === 1
      ? []
      : [...new Set(hops.flatMap(({ exchange }) => exchange.request?.packet.capture ?? []))].map(nameOf);
  const where = files.length === 0 ? "" : files.length > MAX_FILES_NAMED ? ` in ${files.length} captures` : ` in ${listed(files)}`;
  page.labelled(
    label,
    bold("Wireshark"),
    dim(
      `  requests like these${othersAmong(finding, found.shown)}${where}${whatWiresharkNeeds(hops[0] ?? finding.exemplars[0]?.judgement.hop, inspection)}:`,
    ),
  );
  page.line(" ".repeat(LABEL_COLUMN + 4), found.filter);
}

/** A filter knows routes and missing fields; what else tells the affected apart it does not. */
function othersAmong({ affected }: Finding, shown: number): string {
  return shown <= affected ? "" : ` (${counted(shown - affected, "other")} among them)`;
}

/** Wireshark decrypts nothing without keys, and takes HTTP/2 in the clear for bare TCP on most ports. */
function whatWiresharkNeeds(hop: Hop | undefined, { tls }: Inspection): string {
  if (hop === undefined) return "";
  const server = formatEndpoint(hop.server);
  if (tls.some((handshake) => formatEndpoint(handshake.server) === server)) return " (with the key log: Preferences, Protocols, TLS)";
  const { port } = hop.server;
  if (hop.version === "2") return ` (Decode As: TCP port ${port} is HTTP2)`;
  return isTakenInWireshark(port) ? ` (Decode As: TCP port ${port} is HTTP)` : "";
}

function proofLines(finding: Finding, exemplar: Exemplar, inspection: Inspection, page: Page): Piece[][] {
  const { judgement, fault } = exemplar;
  const nameOf = captureNames(inspection);
  const hops = fault.parent === undefined ? [judgement.hop] : [fault.parent, judgement.hop];
  const inferred = isCauseInferred(exemplar) ? "  (its cause, inferred)" : "";
  const noteOf = (hop: Hop) => `${shownThere(hop)}${hop === judgement.hop ? refusal(finding, hop) : inferred}`;
  const heads = hops.map((hop) => [frameOf(hop, nameOf), arrow(hop, inspection), `${hop.method} ${hop.path}${noteOf(hop)}`]);
  const wide = (column: number) => Math.max(...heads.map((head) => widthOf(head[column] ?? "")));
  const packets = hops.flatMap((hop, i) => {
    const [frame = "", way = "", request = ""] = heads[i] ?? [];
    const head: Piece[] = [bold(frame.padEnd(wide(0))), `  ${way.padEnd(wide(1))}  ${request}`];
    return [head, ...fieldLines(finding, hop, fault.parent, judgement.hop, page)];
  });
  return [...packets, ...spanLines(exemplar, inspection, page)];
}

function shownThere(hop: Hop): string {
  const at = shownElsewhere(hop);
  return at === undefined ? "" : `  (Wireshark shows it at #${at})`;
}

/** Where the answer is the proof. */
function refusal({ cause }: Finding, { exchange: { response } }: Hop): string {
  return cause === "header-too-large" && response !== undefined ? `  answered with ${response.status} at #${response.packet.number}` : "";
}

function fieldLines(finding: Finding, hop: Hop, cause: Hop | undefined, went: Hop, page: Page): Piece[][] {
  const indent = "  ";
  if (hop.exchange.request === undefined) return [[indent, dim("the capture lacks its request")]];
  const fields = tellingFields(finding, hop, cause, went, page);
  const cut = hop.observed === "full" ? "" : " in the captured part of the head";
  if (fields.length === 0) return [[indent, dim(`no trace context${cut}`)]];
  return fields.map(([name, value]) => [indent, `${name}: ${page.options.isTerminal ? shorten(value, LONGEST_VALUE) : value}`]);
}

/** The fields that carry ids; where state or baggage was cut, that too, as it came and as it went. */
function tellingFields(
  { verdict }: Finding,
  hop: Hop,
  cause: Hop | undefined,
  went: Hop,
  { options }: Page,
): (readonly [string, string])[] {
  const fields = shownFields(hop, options);
  if (options.isVerbose) return fields;
  const isCut = (name: string) =>
    verdict === "truncated" && cause !== undefined && raw(went.reading.fields, name) !== raw(cause.reading.fields, name);
  return fields.filter(([name]) => !(isBaggageField(name) || name.toLowerCase() === "tracestate") || isCut(name));
}

function raw(fields: readonly Field[], name: string): string {
  return fields
    .filter((field) => field.name.toLowerCase() === name.toLowerCase())
    .map((field) => field.value)
    .join();
}

function spanLines({ judgement, fault }: Exemplar, { diff, answer }: Inspection, page: Page): Piece[][] {
  if (answer === undefined) return [];
  const server = diff.matches.get(judgement.hop.index)?.server;
  const spans = [...new Set([...fault.spans, ...(server === undefined ? [] : [server])])];
  return spans.slice(0, page.options.isVerbose ? spans.length : MAX_SPANS_SHOWN).flatMap((span) => spanLine(span, page));
}

function spanLine(span: Span, { options }: Page): Piece[][] {
  const kind = isReceiving(span) ? "SERVER span" : `${span.kind.toUpperCase()} span`;
  const place = span.parentSpanId === undefined ? "is the root of" : "is in";
  const line: Piece[] = [
    bold("Jaeger"),
    `  ${isPlaceholder(span.resource.service) ? "(no service name)" : span.resource.service} ${span.name}: ${kind} ${span.spanId} ${place} trace ${span.traceId}`,
  ];
  const { url } = spanEvidence(span, options);
  return url === undefined ? [line] : [line, ["    ", url]];
}
