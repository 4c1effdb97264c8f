import type { Resource } from "../spans/span.ts";

/** What is gathered about one workload before it gets a name. */
export interface Draft {
  readonly host: string;
  /** Ports it listens on; empty for who only calls. */
  readonly ports: number[];
  readonly resources: Map<Resource, number>;
  received: number;
  sent: number;
  /** Of `sent`: those whose cause is known. */
  caused: number;
  /** Of `caused`: those that were an incoming request passed on. */
  forwarded: number;
  /** Whether anything that it sent goes on in the trace of its cause under a span id of its own. */
  isReparenting: boolean;
  /** Of what it sent for requests that came in: with the very context that came, and in its trace with another span id. */
  unchanged: number;
  reparented: number;
  /** Exchanges that it received and has no span of, though it must have made one. */
  lostSpans: number;
  /** SERVER spans of what it received, and those of them that a proxy made. */
  serverSpans: number;
  proxySpans: number;
  /** It passes on what others ask or send, and the spans of what it received or sent are theirs: they do not name it. */
  isGateway: boolean;
  /** What it received has SERVER spans of several pods of one service: its address is that of all of them. */
  isShared: boolean;
  /** CLIENT spans of what it sent. */
  clientSpans: number;
  /** The workload of the same machine that this proxy hands its requests to. */
  application: Draft | undefined;
  /** The workload of the same machine that this proxy sends requests on for. */
  client: Draft | undefined;
  /** It sends on encrypted what others of its machine ask of it. */
  isEncrypting: boolean;
  isAmbiguous: boolean;
}

/** The host of the draft that stands for callers which are not told apart. */
export const OTHER_ADDRESSES = "other addresses";

export function emptyDraft(host: string, ports: number[]): Draft {
  return {
    host,
    ports,
    resources: new Map(),
    received: 0,
    sent: 0,
    caused: 0,
    forwarded: 0,
    isReparenting: false,
    unchanged: 0,
    reparented: 0,
    lostSpans: 0,
    serverSpans: 0,
    proxySpans: 0,
    isGateway: false,
    isShared: false,
    clientSpans: 0,
    application: undefined,
    client: undefined,
    isEncrypting: false,
    isAmbiguous: false,
  };
}

/** The resource that most of its spans come from; undefined where they are of those behind it. */
export function mainResource(draft: Draft): Resource | undefined {
  if (draft.isGateway) return undefined;
  return [...draft.resources].sort((a, b) => b[1] - a[1] || (a[0].service < b[0].service ? -1 : 1))[0]?.[0];
}

/** So many contexts, and nearly all, tell one that copies them. */
const MIN_UNCHANGED = 5;
const NEARLY_ALL = 0.9;

/**
 * Whether it makes no spans and copies the contexts that come in: the CLIENT spans that its calls name are those of callers elsewhere, whose requests to it no
 * capture shows.
 */
export function isForwarding({ serverSpans, unchanged, reparented }: Draft): boolean {
  return serverSpans === 0 && unchanged >= MIN_UNCHANGED && unchanged >= NEARLY_ALL * (unchanged + reparented);
}
