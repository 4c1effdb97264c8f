// What captures show of the exporters of each workload: their exports and what became of them, and what kept them from delivering.

import type { TraceDiff } from "../../diff/trace-diff.ts";
import type { HopTable } from "../../hops/hop-table.ts";
import type { Naming, Workload } from "../../naming/workload.ts";
import type { DnsExchange, SpanExport } from "../../protocols/observation.ts";
import { formatEndpoint } from "../../wire/endpoint.ts";
import { addTo, groupBy } from "../../wire/group-by.ts";
import type { Timestamp } from "../../wire/timestamp.ts";
import type { BackendKnowledge } from "../backend-knowledge.ts";
import { Collectors } from "./collectors.ts";
import { connectionTroubles } from "./connection-trouble.ts";
import { dnsTroubles } from "./dns-trouble.ts";
import { endOfProcess, type ProcessEnd } from "./ended-process.ts";
import { fateOf, isRead, isUnanswered } from "./export-answer.ts";
import { type Saturation, saturationOf } from "./saturation.ts";
import { isReceived, ShippedSpans } from "./shipped-spans.ts";
import { isTailSampled, sharesOfExchanges, sharesOfExports } from "./tail-sampling.ts";
import { tlsTroubles } from "./tls-trouble.ts";
import { bestView, type ExporterTraffic, type Trouble } from "./trouble.ts";

/** What exporters are tied to workloads by. */
export interface ExporterWorld {
  readonly table: HopTable;
  readonly naming: Naming;
  readonly diff: TraceDiff;
  readonly backend: BackendKnowledge;
}

export class Exporters {
  readonly #traffic: ExporterTraffic;
  readonly #world: ExporterWorld;
  readonly #exportsOf = new Map<Workload, readonly SpanExport[]>();
  readonly #exportSets = new Map<Workload, ReadonlySet<SpanExport>>();
  readonly #saturationOf = new Map<Workload, Saturation | undefined>();
  readonly #deliveredBy = new Map<Workload, readonly SpanExport[]>();
  readonly #endOf = new Map<Workload, ProcessEnd | undefined>();
  readonly #well = new Map<Workload, boolean>();
  readonly #silenced = new Map<Workload, boolean>();
  readonly #troublesOf = new Map<Workload, readonly Trouble[]>();
  #latest: ReadonlyMap<number, Timestamp> | undefined;
  #shipped: ShippedSpans | undefined;
  #collectors: Collectors | undefined;
  #troubles: Map<string, Trouble[]> | undefined;
  #exports: Map<string, SpanExport[]> | undefined;
  #exportsByService: Map<string, SpanExport[]> | undefined;
  /** By host. */
  #listeners: ReadonlyMap<string, readonly Workload[]> | undefined;
  /** By service, without proxies. */
  #replicas: ReadonlyMap<string | undefined, readonly Workload[]> | undefined;
  #recorded: ReadonlySet<Workload> | undefined;
  #recordedPlaces: ReadonlySet<string> | undefined;
  #areExportsSampled: boolean | undefined;
  #areExchangesSampled: boolean | undefined;

  constructor(traffic: ExporterTraffic, world: ExporterWorld) {
    this.#traffic = traffic;
    this.#world = world;
  }

  /** Questions and answers of DNS, whatever they were asked for. */
  get lookups(): readonly DnsExchange[] {
    return this.#traffic.dns;
  }

  get shipped(): ShippedSpans {
    this.#shipped ??= new ShippedSpans(this.#traffic.exports);
    return this.#shipped;
  }

  get collectors(): Collectors {
    this.#collectors ??= new Collectors(this.#traffic, this.#world.table);
    return this.#collectors;
  }

  /** Whether whole traces were sampled away behind the collector. */
  get isTailSampled(): boolean {
    return this.#isShownByExports || this.#isShownByExchanges;
  }

  get #isShownByExports(): boolean {
    this.#areExportsSampled ??= isTailSampled(sharesOfExports(this.#traffic.exports, this.#world.diff.index, this.#world.backend));
    return this.#areExportsSampled;
  }

  get #isShownByExchanges(): boolean {
    this.#areExchangesSampled ??= isTailSampled(sharesOfExchanges(this.#world));
    return this.#areExchangesSampled;
  }

  /** Whether this trace was one of those. */
  isSampledAway(traceId: string): boolean {
    if (this.#world.diff.index.hasTrace(traceId) || !this.isTailSampled) return false;
    const shipped = this.shipped.ofTrace(traceId);
    return shipped.length === 0 ? this.#isShownByExchanges : shipped.some(({ export: of }) => fateOf(of) === "accepted");
  }

  hostOf({ client, vantage }: SpanExport): string {
    return this.#world.table.machines.hostOf(client.address, vantage);
  }

  /** Its exports as one capture shows them, in the order of time. */
  exportsOf(workload: Workload): readonly SpanExport[] {
    const known = this.#exportsOf.get(workload);
    if (known !== undefined) return known;
    const found = [...bestView(this.#findExports(workload))].sort((a, b) => a.at - b.at);
    this.#exportsOf.set(workload, found);
    return found;
  }

  /** Whether this is one of its exports. */
  isExportOf(workload: Workload, of: SpanExport): boolean {
    const own = this.#exportSets.get(workload) ?? new Set(this.exportsOf(workload));
    this.#exportSets.set(workload, own);
    return own.has(of);
  }

  /** Of its exports those that were accepted. */
  deliveredBy(workload: Workload): readonly SpanExport[] {
    const known = this.#deliveredBy.get(workload);
    if (known !== undefined) return known;
    const delivered = this.exportsOf(workload).filter((of) => fateOf(of) === "accepted");
    this.#deliveredBy.set(workload, delivered);
    return delivered;
  }

  /** Whether all of its exports were read, and accepted. */
  isWell(workload: Workload): boolean {
    const known = this.#well.get(workload);
    if (known !== undefined) return known;
    const all = this.exportsOf(workload);
    const isWell = this.deliveredBy(workload).length === all.length && all.every(isRead);
    this.#well.set(workload, isWell);
    return isWell;
  }

  /** When anybody exported last, on the clock of the capture that shows its exports. */
  latestBeside(workload: Workload): Timestamp | undefined {
    const [own] = this.exportsOf(workload);
    if (own === undefined) return undefined;
    this.#latest ??= latestByVantage(this.#traffic.exports);
    return this.#latest.get(own.vantage);
  }

  saturationOf(workload: Workload): Saturation | undefined {
    if (!this.#saturationOf.has(workload)) this.#saturationOf.set(workload, saturationOf(this.exportsOf(workload)));
    return this.#saturationOf.get(workload);
  }

  /** When its process ended, where captures show it. */
  endOf(workload: Workload): ProcessEnd | undefined {
    if (!this.#endOf.has(workload)) {
      const { machines } = this.#world.table;
      this.#endOf.set(workload, endOfProcess(workload, this.exportsOf(workload), this.#traffic.connections, machines));
    }
    return this.#endOf.get(workload);
  }

  /** What kept it from delivering, likeliest first. Of several workloads on one address only the one can be meant that the backend has no spans of. */
  troublesOf(workload: Workload): readonly Trouble[] {
    const known = this.#troublesOf.get(workload);
    if (known !== undefined) return known;
    const troubles = this.#findTroubles().get(workload.host) ?? [];
    const own = troubles.length > 0 && this.#ownerOf(workload.host) === workload ? troubles : [];
    this.#troublesOf.set(workload, own);
    return own;
  }

  /**
   * Whether it has an exporter that delivers nothing, which shows that it makes spans though the backend has none. A proxy without spans of its own
   * is none, whatever its machine does.
   */
  isSilenced(workload: Workload): boolean {
    const known = this.#silenced.get(workload);
    if (known !== undefined) return known;
    const isSilenced = this.#deliversNothing(workload);
    this.#silenced.set(workload, isSilenced);
    return isSilenced;
  }

  #deliversNothing(workload: Workload): boolean {
    if (workload.role === "proxy" || workload.isOutside) return false;
    const fates = this.exportsOf(workload).map(fateOf);
    if (fates.some((fate) => fate === "accepted" || fate === "in part" || fate === "sent")) return false;
    // One without an answer may have been cut off by the end of its own process.
    const isCutOff = fates.filter(isUnanswered).length > 1;
    return fates.includes("rejected") || isCutOff || this.troublesOf(workload).some(({ isTelling }) => isTelling);
  }

  /** Whether its exports carry SERVER spans, which shows that it makes them though the backend has none. */
  shipsServerSpans(workload: Workload): boolean {
    if (workload.role === "proxy" || workload.isOutside) return false;
    return this.exportsOf(workload).some(({ spans }) => spans.some(isReceived));
  }

  /** Whether the backend has SERVER spans of it. */
  isRecorded(workload: Workload): boolean {
    return this.#recordedWorkloads().has(workload);
  }

  /** Whether exports of a workload that the backend knows go to this place. */
  isRecordedPlace(server: SpanExport["server"]): boolean {
    if (this.#recordedPlaces === undefined) {
      const recorded = this.#world.naming.workloads.filter((workload) => this.isRecorded(workload));
      this.#recordedPlaces = new Set(recorded.flatMap((workload) => this.exportsOf(workload).map((of) => formatEndpoint(of.server))));
    }
    return this.#recordedPlaces.has(formatEndpoint(server));
  }

  #findExports(workload: Workload): readonly SpanExport[] {
    this.#exports ??= groupBy(this.#traffic.exports, (of) => this.hostOf(of));
    const { service, host } = workload;
    const here = this.#exports.get(host) ?? [];
    const isAlone = this.#listenersOn(host).length <= 1;
    const named = here.filter((of) => isAlone || (service !== undefined && servicesOf(of).has(service)));
    if (named.length > 0 || service === undefined) return named;
    // Behind address translation the client's address is another one; of several replicas any could be meant.
    this.#replicas ??= groupBy(
      this.#world.naming.workloads.filter(({ role }) => role !== "proxy"),
      (other) => other.service,
    );
    return this.#replicas.get(service)?.length === 1 ? (this.#byService().get(service) ?? []) : [];
  }

  #byService(): Map<string, SpanExport[]> {
    if (this.#exportsByService !== undefined) return this.#exportsByService;
    this.#exportsByService = new Map();
    for (const of of this.#traffic.exports) {
      for (const service of servicesOf(of)) {
        addTo(this.#exportsByService, service, of);
      }
    }
    return this.#exportsByService;
  }

  #findTroubles(): Map<string, Trouble[]> {
    if (this.#troubles !== undefined) return this.#troubles;
    const { machines } = this.#world.table;
    const all = [
      ...dnsTroubles(this.#traffic.dns, this.collectors, machines),
      ...tlsTroubles(this.#traffic.tls, this.collectors, machines),
      ...connectionTroubles(this.#traffic, this.collectors, machines),
    ].sort((a, b) => b.confidence - a.confidence || b.failedAt.length - a.failedAt.length);
    this.#troubles = groupBy(all, ({ host }) => host);
    return this.#troubles;
  }

  #ownerOf(host: string): Workload | undefined {
    if (this.#world.table.machines.isShared(host)) return undefined;
    const listeners = this.#listenersOn(host);
    if (listeners.length <= 1) return listeners[0];
    const silent = listeners.filter((workload) => workload.role !== "proxy" && !this.isRecorded(workload));
    return silent.length === 1 ? silent[0] : undefined;
  }

  #listenersOn(host: string): readonly Workload[] {
    this.#listeners ??= groupBy(
      this.#world.naming.workloads.filter(({ port }) => port !== undefined),
      (workload) => workload.host,
    );
    return this.#listeners.get(host) ?? [];
  }

  #recordedWorkloads(): ReadonlySet<Workload> {
    if (this.#recorded !== undefined) return this.#recorded;
    const recorded = new Set<Workload>();
    const { diff, naming } = this.#world;
    for (const [hop, { server }] of diff.matches) if (server !== undefined) recorded.add(naming.receiverOf(hop));
    this.#recorded = recorded;
    return recorded;
  }
}

function servicesOf({ spans }: SpanExport): ReadonlySet<string> {
  return new Set(spans.map(({ resource }) => resource.service));
}

function latestByVantage(exports: readonly SpanExport[]): Map<number, Timestamp> {
  const latest = new Map<number, Timestamp>();
  for (const { vantage, at } of exports) latest.set(vantage, Math.max(latest.get(vantage) ?? at, at));
  return latest;
}
