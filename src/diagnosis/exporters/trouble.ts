import type { ConnectionSummary, DnsExchange, SpanExport, TlsHandshake } from "../../protocols/observation.ts";
import { groupBy } from "../../wire/group-by.ts";
import type { Timestamp } from "../../wire/timestamp.ts";
import type { WireProof } from "../judgement.ts";
import type { Cause } from "../verdict.ts";

/** What captures show of exporters: a third view beside the requests and the backend. */
export interface ExporterTraffic {
  readonly exports: readonly SpanExport[];
  readonly dns: readonly DnsExchange[];
  readonly tls: readonly TlsHandshake[];
  readonly connections: readonly ConnectionSummary[];
}

/** Something that kept an exporter of a machine from delivering. */
export interface Trouble {
  readonly cause: Extract<Cause, `exporter-${string}`>;
  /** The machine that it happened to. */
  readonly host: string;
  /** What happened, in a clause that the workload is the subject of: `asks DNS for jaeger and gets NXDOMAIN (4 times)`. */
  readonly clause: string;
  /** On the clock of `vantage`, in the order of time; never empty. */
  readonly failedAt: readonly Timestamp[];
  readonly vantage: number;
  /** Only exporters do this: whoever does it is instrumented. */
  readonly isTelling: boolean;
  /** 0..1: that it is why spans of this machine are missing. */
  readonly confidence: number;
  readonly proofs: readonly WireProof[];
  /** What to change, where it is known better than from the cause alone. */
  readonly remedy?: string;
}

/** Packets that prove a trouble: the first and the last. */
export function endsOf<T>(all: readonly T[]): T[] {
  return all.length <= 2 ? [...all] : [all[0]!, all[all.length - 1]!];
}

/** One capture's share, that of the capture that shows most of it: two that show the same packets do not make it twice as often. */
export function bestView<T extends { readonly vantage: number }>(all: readonly T[]): readonly T[] {
  const views = groupBy(all, ({ vantage }) => vantage);
  return [...views.values()].reduce<readonly T[]>((best, view) => (view.length > best.length ? view : best), []);
}

export function timesOf(all: readonly { readonly at: Timestamp }[]): Timestamp[] {
  return all.map(({ at }) => at).sort((a, b) => a - b);
}
