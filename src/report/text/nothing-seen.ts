// A capture without HTTP: what is in it, and which capture would help.

import type { Inspection } from "../../diagnosis/inspection.ts";
import { figure } from "../../wire/figure.ts";
import { sum } from "../../wire/sum.ts";
import { counted, listed } from "../../wire/words.ts";
import { captureItems, type Unread, unreadConnections } from "./not-judged.ts";
import type { Page } from "./page.ts";

const MAX_NAMED = 6;

export function writeNothingSeen(inspection: Inspection, page: Page): void {
  const { captures, connections, others } = inspection;
  const packets = sum(captures.map((capture) => capture.packets));
  const unread = unreadConnections(inspection);
  const unanswered = connections.filter(({ handshake }) => handshake === "unanswered" || handshake === "refused");
  const silent = connections.filter(({ bytes, handshake }) => bytes === 0 && handshake !== "unanswered" && handshake !== "refused");
  const parts = [
    ...unread.map((each) => [each.packets, streams(each)] as const),
    ...[...others].map(([what, n]) => [n, `${counted(n, "packet")} ${nameOfOther(what)}`] as const),
  ].sort((a, b) => b[0] - a[0]);
  if (packets === 0) page.text(2, `  ${captures.length === 1 ? "It holds" : "They hold"} no packets.`);
  const named = parts.slice(0, MAX_NAMED).map(([, text]) => text);
  const rest = sum(parts.slice(MAX_NAMED).map(([n]) => n));
  if (rest > 0) named.push(`${counted(rest, "packet")} of ${counted(parts.length - MAX_NAMED, "other kind")}`);
  if (named.length > 0) page.text(2, `  In it: ${listed(named)}.`);
  if (unanswered.length > 0) page.text(2, `  ${counted(unanswered.length, "connection")} never came about: refused, or nobody answered.`);
  if (silent.length > 0) page.text(2, `  ${counted(silent.length, "connection")} carried no data in the capture.`);
  for (const item of captureItems(inspection)) page.text(2, `  ${item}`);
  page.text(2, `  To see trace headers: ${advice(unread, others, captures).join(" ")}`);
}

function streams({ protocol, packets, connections, servers }: Unread): string {
  const ports = [...new Set(servers.map(({ server }) => server.slice(server.lastIndexOf(":") + 1)))];
  const where = ports.length > 4 ? `${figure(ports.length)} ports` : `port ${listed(ports)}`;
  const what = protocol === "unknown" ? "TCP that was not recognised" : protocol === "TLS" ? "TLS (encrypted)" : protocol;
  return `${counted(packets, "packet")} of ${what} on ${where} (${counted(connections, "connection")})`;
}

/** What is known of well-known ports (IANA): a word says more than a number. */
const PORTS: Readonly<Record<string, string>> = { "53": "DNS", "67": "DHCP", "123": "NTP", "5353": "mDNS" };

function nameOfOther(what: string): string {
  const port = /^UDP port (\d+)$/.exec(what)?.[1];
  const name = port === undefined ? undefined : PORTS[port];
  if (name !== undefined) return `of ${name} (${what})`;
  return port === undefined ? `of ${what}` : `on ${what}`;
}

function advice(unread: readonly Unread[], others: ReadonlyMap<string, number>, captures: Inspection["captures"]): string[] {
  const protocols = new Set(unread.map(({ protocol }) => protocol));
  const isQuic = [...others.keys()].includes("QUIC");
  const isLinkUnread = [...others.keys()].some((what) => what.includes("(not read)"));
  return [
    ...(protocols.has("TLS") || isQuic
      ? [
          "capture where TLS ends, on the loopback inside the pod (-i lo); or run the client or the server with SSLKEYLOGFILE=FILE and give --keylog FILE.",
        ]
      : []),
    ...(isLinkUnread
      ? [`${listed([...new Set(captures.flatMap((c) => c.linkTypes))])} is not read; capture on an Ethernet, loopback or -i any interface.`]
      : []),
    ...(protocols.has("TLS") || isQuic || isLinkUnread
      ? []
      : [
          "capture on the machine or in the pod that the requests pass, with whole packets (tcpdump -i any -s 0 -w FILE), while they are made.",
        ]),
  ];
}
