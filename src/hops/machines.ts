// Which machine an address means. Loopback is the machine that the capture was taken on: where all other traffic of that capture has one address
// in common, that address is the machine's; else it is known by the first capture that was taken there.

import type { ConnectionSummary, TlsHandshake } from "../protocols/observation.ts";
import { firstPast } from "../wire/bisect.ts";
import { count } from "../wire/count.ts";
import { connectionKey, type Endpoint, isLoopback } from "../wire/endpoint.ts";
import { groupBy } from "../wire/group-by.ts";
import { only } from "../wire/only.ts";
import { MILLISECOND, type Timestamp } from "../wire/timestamp.ts";
import type { Period } from "./coverage.ts";
import type { ExchangeTable } from "./exchange-table.ts";
import { OPEN_ENDED_US, type Place } from "./hop.ts";
import { loopbackSide } from "./loopback-side.ts";

export interface Machines {
  /** The machine behind an address, as a vantage point shows it. */
  hostOf(address: string, vantage: number): string;
  /** The listener behind an endpoint; equal ones are one object. */
  placeOf(server: Endpoint, vantage: number): Place;
  /** Whether any process of the machine may be the caller: loopback of a machine that nothing else is known of, with several listeners. */
  isShared(host: string): boolean;
  /** Ports on which a machine accepts connections that HTTP hops or other protocols came in on. */
  listeners(host: string): ReadonlySet<number>;
  /** Whether the machine was receiving something at that time that cannot be read, or that the capture lacks parts of. */
  isBlind(host: string, at: Timestamp): boolean;
  /** Whether it receives, or sends, what is encrypted and was not read. */
  hasEncrypted(host: string, side: "client" | "server"): boolean;
  /** Whether the capture lacks parts at that time that could have been read. */
  isLossy(host: string, at: Timestamp): boolean;
}

/** A capture belongs to one machine when this part of its connections has an end there. */
const OWN_SHARE = 0.95;

export function findMachines(
  table: ExchangeTable,
  connections: readonly ConnectionSummary[],
  loopbacks: Int32Array,
  tls: readonly TlsHandshake[],
): Machines {
  const own = ownAddresses(table, connections, loopbacks);
  const isOne = loopbacks.every((machine) => machine === loopbacks[0]);
  const hostOf = (address: string, vantage: number) => {
    if (!isLoopback(address)) return address;
    const machine = loopbacks[vantage]!;
    return own[machine] ?? (isOne ? LOOPBACK : `${LOOPBACK_OF}capture ${machine + 1}`);
  };

  const places = new Map<string, Map<number, Place>>();
  const placeOf = ({ address, port }: Endpoint, vantage: number): Place => {
    const host = hostOf(address, vantage);
    const known = places.get(host) ?? new Map<number, Place>();
    places.set(host, known);
    const place = known.get(port) ?? { host, port };
    known.set(port, place);
    return place;
  };
  const listeners = new Map<string, Set<number>>();
  for (const { server, vantage } of table.ends) add(listeners, hostOf(server.address, vantage), server.port);
  const read = isWhole(table, connections) ? new Map<string, ReadConnection>() : readConnections(table);
  const opened = decryptedConnections(tls);
  const [encrypted, lossy] = [new Periods(), new Periods()];
  const senders = new Set<string>();
  for (const connection of connections) {
    if (connection.handshake === "unanswered" || connection.handshake === "refused") continue;
    // Traffic of an unknown protocol (a database's) says nothing of requests; what might carry them is told by name.
    const isDecrypted = connection.protocol === "TLS" && opened.has(connectionKey(connection));
    const isUnread = connection.protocol === "TLS" && !isDecrypted;
    const isRead = connection.protocol === "HTTP/1" || connection.protocol === "HTTP/2" || isDecrypted;
    const exchanges = read.get(connectionKey(connection));
    const { missing, cutOff } = connection.ofClient;
    // HTTP/1 sends one request after the other: of a packet that was cut, its beginning shows which.
    const lost = missing - (connection.protocol === "HTTP/1" ? cutOff : 0);
    const lacksParts = isRead && (lost > 0 || (exchanges?.lacking.length ?? 0) > 0);
    if (!isUnread && !lacksParts) continue;
    const host = hostOf(connection.server.address, connection.vantage);
    if (isUnread) senders.add(hostOf(connection.client.address, connection.vantage));
    // Where no packet was lost, all that is hidden is what its first request began before the capture.
    const isTold = exchanges !== undefined && (lost === 0 || isReadNearlyWhole(exchanges));
    const periods = isTold ? exchanges.lacking : [{ from: connection.openedAt, to: connection.lastPacketAt }];
    (isUnread ? encrypted : lossy).add(host, periods);
  }
  return {
    hostOf,
    placeOf,
    isShared: (host) => isLoopback(host) || host.startsWith(LOOPBACK_OF),
    listeners: (host) => listeners.get(host) ?? new Set(),
    isBlind: (host, at) => lossy.include(host, at) || encrypted.include(host, at),
    hasEncrypted: (host, side) => (side === "server" ? encrypted.has(host) : senders.has(host)),
    isLossy: (host, at) => lossy.include(host, at),
  };
}

/** Of machines: read once all are there. */
class Periods {
  readonly #byHost = new Map<string, Period[]>();
  /** In order, none touching another. */
  readonly #unions = new Map<string, readonly Period[]>();

  add(host: string, periods: readonly Period[]): void {
    const known = this.#byHost.get(host) ?? [];
    this.#byHost.set(host, known);
    for (const period of periods) known.push(period);
  }

  has(host: string): boolean {
    return this.#byHost.has(host);
  }

  include(host: string, at: Timestamp): boolean {
    if (this.#byHost.size === 0) return false;
    const union = this.#unionOf(host);
    const last = union[firstPast(union.length, (index) => union[index]!.from > at) - 1];
    return last !== undefined && at <= last.to;
  }

  #unionOf(host: string): readonly Period[] {
    const known = this.#unions.get(host);
    if (known !== undefined) return known;
    const union: { from: number; to: number }[] = [];
    for (const { from, to } of [...(this.#byHost.get(host) ?? [])].sort((a, b) => a.from - b.from)) {
      const last = union.at(-1);
      if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
      else union.push({ from, to });
    }
    this.#unions.set(host, union);
    return union;
  }
}

const LOOPBACK = "127.0.0.1";
const LOOPBACK_OF = "loopback of ";

/** What was read of a connection. */
interface ReadConnection {
  exchanges: number;
  /** When requests were served that the capture lacks: since the answer before; of several side by side, for as long as others took. */
  readonly lacking: Period[];
}

/** A lost packet now and then hides one request, and says nothing of the others; a connection with fewer exchanges tells no share. */
const FEW_LACKING = 0.1;
const MIN_EXCHANGES = 10;

function isReadNearlyWhole({ exchanges, lacking }: ReadConnection): boolean {
  return exchanges >= MIN_EXCHANGES && lacking.length <= FEW_LACKING * exchanges;
}

/** Whether nothing that could be read is missing. */
function isWhole(table: ExchangeTable, connections: readonly ConnectionSummary[]): boolean {
  if (connections.some(({ ofClient }) => ofClient.missing > 0)) return false;
  for (let row = 0; row < table.size; row++) if (!table.isWhole(row)) return false;
  return true;
}

/** A request that is not seen took as long as any other of its connection, or this long. */
const MIN_LONGEST_US = 100 * MILLISECOND;

/** Connections with exchanges, by `connectionKey`. */
function readConnections(table: ExchangeTable): Map<string, ReadConnection> {
  const byEnds: (ReadConnection & { lastEnd: number; longest: number })[] = Array.from({ length: table.ends.length }, () => ({
    exchanges: 0,
    lacking: [],
    lastEnd: Number.NEGATIVE_INFINITY,
    longest: MIN_LONGEST_US,
  }));
  for (let row = 0; row < table.size; row++) {
    const own = byEnds[table.endsOf[row]!]!;
    const took = table.responseEnd[row]! - table.requestStart[row]!;
    if (took > own.longest) own.longest = took;
  }
  for (let row = 0; row < table.size; row++) {
    const own = byEnds[table.endsOf[row]!]!;
    own.exchanges++;
    const answered = table.responseStart[row]!;
    const end = Number.isNaN(table.responseEnd[row]!) ? answered : table.responseEnd[row]!;
    if (!table.hasRequest(row)) {
      const isOneOfMany = table.stream[row] !== 0;
      own.lacking.push({
        from: isOneOfMany ? answered - own.longest : own.lastEnd,
        to: Number.isNaN(end) ? table.requestStart[row]! + OPEN_ENDED_US : end,
      });
    }
    if (!Number.isNaN(end)) own.lastEnd = end;
  }
  return new Map(byEnds.map((own, ends) => [connectionKey(table.ends.at(ends)), own]));
}

/** TLS connections of which all that was captured was read, as every other one between the same ends. */
function decryptedConnections(tls: readonly TlsHandshake[]): Set<string> {
  const opened = new Set<string>();
  for (const handshake of tls)
    if (handshake.encryptedRecords > 0 && handshake.undecrypted === undefined) opened.add(connectionKey(handshake));
  for (const handshake of tls) if (handshake.undecrypted !== undefined) opened.delete(connectionKey(handshake));
  return opened;
}

function add(map: Map<string, Set<number>>, key: string, value: number): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, new Set([value]));
  else known.add(value);
}

/**
 * By machine of a loopback; of several captures that were taken there, the first that tells. Where a capture shows one pair of machines only, it was taken on
 * the one that no other capture was taken on, or on that at whose end of the requests between them its loopback is.
 */
function ownAddresses(table: ExchangeTable, connections: readonly ConnectionSummary[], loopbacks: Int32Array): (string | undefined)[] {
  const byVantage = groupBy(connections, ({ vantage }) => vantage);
  const likely = Array.from(loopbacks, (_, vantage) => likelyAddresses(byVantage.get(vantage) ?? []));
  const taken = new Set(likely.flatMap((addresses) => (addresses.length === 1 ? addresses : [])));
  const own: (string | undefined)[] = [];
  for (const [vantage, machine] of loopbacks.entries()) own[machine] ??= only(likely[vantage]!);
  for (const [vantage, machine] of loopbacks.entries()) own[machine] ??= only(likely[vantage]!.filter((address) => !taken.has(address)));
  for (const [vantage, machine] of loopbacks.entries()) {
    if (own[machine] !== undefined || likely[vantage]!.length !== 2) continue;
    const side = loopbackSide(table, vantage);
    // Of a pair that asks both ways the side tells nothing.
    const ends = (byVantage.get(vantage) ?? []).map((connection) => (side === undefined ? undefined : connection[side].address));
    own[machine] = only(likely[vantage]!.filter((address) => ends.includes(address)));
  }
  return own;
}

/** The address that nearly all connections of a capture share; of two (one peer that nearly all go to) the one that more do, or both. */
function likelyAddresses(connections: readonly ConnectionSummary[]): string[] {
  const counts = new Map<string, number>();
  let total = 0;
  for (const { client, server } of connections) {
    if (isLoopback(client.address) || isLoopback(server.address)) continue;
    total++;
    for (const address of new Set([client.address, server.address])) count(counts, address);
  }
  const shared = [...counts].filter(([, n]) => n >= total * OWN_SHARE);
  const most = Math.max(...shared.map(([, n]) => n));
  return shared.flatMap(([address, n]) => (n === most ? [address] : []));
}
