// Names that a machine asks DNS for in vain.
//
// A resolver with a search list asks for `jaeger.obs` as `jaeger.obs.shop.svc.cluster.local`, then in the next domain, and at last, or at first, as it
// is (resolv.conf(5)): NXDOMAIN for some of these is health. All names with one first label are therefore taken for one, and one answer with an address
// is enough.

import type { Machines } from "../../hops/machines.ts";
import type { DnsExchange } from "../../protocols/observation.ts";
import { groupBy } from "../../wire/group-by.ts";
import { sum } from "../../wire/sum.ts";
import { counted } from "../../wire/words.ts";
import { firstLabel, isCollectorName, isNear } from "./collector-signs.ts";
import type { Collectors } from "./collectors.ts";
import { bestView, endsOf, type Trouble, timesOf } from "./trouble.ts";

/** Between the first and the last question: what was asked just before the capture ended proves nothing. */
const MIN_WAIT_US = 300_000;
/** A name that tells nothing must be asked for so often. */
const MIN_ROUNDS = 2;
/** A name that had an address must be asked for so often since. */
const MIN_TRIES_SINCE = 4;
const CERTAIN = 0.95;
const LIKELY = 0.7;

export function dnsTroubles(dns: readonly DnsExchange[], collectors: Collectors, machines: Machines): Trouble[] {
  const lookups = dns.filter(({ type }) => type === "A" || type === "AAAA");
  const byMachine = groupBy(lookups, ({ client, vantage, name }) => `${machines.hostOf(client.address, vantage)}\n${firstLabel(name)}`);
  return [...byMachine.values()].flatMap((asked) => {
    const [{ client, vantage }] = asked as [DnsExchange];
    const host = machines.hostOf(client.address, vantage);
    const view = bestView(asked);
    if (asked.some(isAnswered)) return goneSince(host, view, collectors) ?? [];
    return troubleOf(host, view, collectors) ?? [];
  });
}

function isAnswered({ addresses, isTruncated }: DnsExchange): boolean {
  return addresses.length > 0 || isTruncated;
}

/** A name that had an address once and has none any more: only that of a collector, and only where it was asked for again and again since. */
function goneSince(host: string, asked: readonly DnsExchange[], collectors: Collectors): Trouble | undefined {
  const last = asked.findLastIndex(isAnswered);
  const since = asked.slice(last + 1);
  if (last < 0 || since.length === 0) return undefined;
  const trouble = troubleOf(host, since, collectors);
  if (trouble === undefined || !trouble.isTelling || trouble.failedAt.length < MIN_TRIES_SINCE) return undefined;
  return { ...trouble, clause: `${trouble.clause}, after it had an address before`, isTelling: false };
}

function troubleOf(host: string, asked: readonly DnsExchange[], collectors: Collectors): Trouble | undefined {
  const name = shortest(asked.map((exchange) => exchange.name));
  const own = telling(name, asked);
  const outcome = outcomeOf(own);
  if (outcome === undefined) return undefined;
  const isTelling = isCollectorName(name) || isNear(name, collectors.names);
  const rounds = Math.max(...[...groupBy(own, ({ type }) => type).values()].map(triesOf));
  if (!isTelling && rounds < MIN_ROUNDS) return undefined;
  const addressLookups = own.filter(({ type }) => type === "A");
  return {
    cause: "exporter-dns-failed",
    host,
    clause: `asks DNS for ${name} and gets ${outcome} (${counted(triesOf(own), "time")})`,
    failedAt: timesOf(own),
    vantage: own[0]!.vantage,
    isTelling,
    confidence: isTelling ? CERTAIN : LIKELY,
    proofs: endsOf(addressLookups.length > 0 ? addressLookups : own),
    ...(isResolverAtFault(own) && { remedy: RESOLVER }),
  };
}

function shortest(names: readonly string[]): string {
  return names.reduce((a, b) => (b.length < a.length ? b : a));
}

/** The look-ups whose answers say what became of a name. One label alone is asked for when its search list is through, and no resolver has more to say of it. */
function telling(name: string, asked: readonly DnsExchange[]): readonly DnsExchange[] {
  const dotted = asked.map((exchange) => exchange.name).filter((each) => each.includes("."));
  const judged = name.includes(".") || dotted.length === 0 ? name : shortest(dotted);
  return asked.filter((exchange) => exchange.name === judged);
}

const RESOLVER =
  "The name may be right: the resolver fails. Look at the DNS service (CoreDNS: its pods, its log, what it forwards to), and at network policies for port 53.";

/** SERVFAIL, REFUSED or silence: nothing was said of the name. */
function isResolverAtFault(own: readonly DnsExchange[]): boolean {
  return own.every(({ code }) => code !== "NXDOMAIN" && code !== "NOERROR");
}

/** What all look-ups of a name ended in, in words; undefined where that is not known. */
function outcomeOf(own: readonly DnsExchange[]): string | undefined {
  const codes = new Set(own.flatMap(({ code }) => code ?? []));
  if (codes.size === 0) return isGivenUp(own) ? "no answer" : undefined;
  // Where only an AAAA answer is seen to be empty, the A answer may have had the address.
  if (codes.has("NOERROR") && !own.some(({ type, code }) => type === "A" && code === "NOERROR")) return undefined;
  return [...codes].map((code) => (code === "NOERROR" ? "no address" : code)).join(" or ");
}

function isGivenUp(own: readonly DnsExchange[]): boolean {
  if (own.some(({ unanswered }) => unanswered === "timeout")) return true;
  const times = timesOf(own);
  return triesOf(own) > 1 && (times[times.length - 1]! - times[0]! >= MIN_WAIT_US || own.some(({ tries }) => tries > 1));
}

function triesOf(exchanges: readonly DnsExchange[]): number {
  return sum(exchanges.map(({ tries }) => Math.max(1, tries)));
}
