import type { TlsHandshake, Undecrypted } from "../../protocols/observation.ts";
import { MAX_TRACE_IDS } from "../../wire/limits.ts";
import { sum } from "../../wire/sum.ts";
import { counted, upTo } from "../../wire/words.ts";
import { groupsOf } from "../edge-index.ts";
import type { EncryptedEdge } from "../encrypted-edges.ts";
import type { Finding } from "../finding.ts";
import { fixFor } from "../fixes.ts";
import { findingsOf } from "../populations.ts";
import type { Rule, Word } from "../rule.ts";
import { Tally } from "../tally.ts";
import type { Cause } from "../verdict.ts";

export const notObservable: Rule = {
  id: "not-observable",
  verdict: "not-observable",
  severity: "note",
  summary: "This capture cannot show the context.",
  help: `## What it means

The capture shows that there was an exchange and not what its request head held. Nothing is said of its context: not that it was there,
and never that it was stripped. It is a note, it is counted, and it fails no job.

## Why it happens

- \`capture-cut\`: a part of the head is missing from the capture.
  - A short snaplen (\`tcpdump -s 96\`) cuts every packet.
  - Packets were lost while capturing: the kernel's buffer was full, and the report says how many.
  - The capture began after the request head, or ended before it was whole.
- \`joined-mid-connection\`: HTTP/2 names fields by number once it has sent them (HPACK, RFC 7541). A capture that begins later sees the
  number, and nobody can tell the name. gRPC connections live for hours. The *value* may still be readable as a literal: a value shaped
  like a \`traceparent\` under an unknown name is a hint, no proof.
- \`encrypted\`: TLS without keys. In a mesh with mutual TLS only the loopback between sidecar and application is readable. Connections to
  collectors, databases and mail servers are left out: they carry no trace.

## How to tell

In the report: how many exchanges of which edge cannot be judged, and for the first of them what is missing. Requests in TLS are counted
by their spans in the backend; without any, connections are counted. What those spans tell of contexts stands beside it: a SERVER span that
goes on with another service's trace was begun from a context that arrived. Where none does, it was lost on the way or left unused.

In Wireshark: packets that were cut, segments that were lost, encrypted connections, and (decoded as HTTP/2, \`-d tcp.port==9090,http2\`)
field names that cannot be known, of which the last filter shows those whose value looks like a \`traceparent\`:

\`\`\`
frame.cap_len < frame.len
tcp.analysis.lost_segment or tcp.analysis.ack_lost_segment
tls or quic
http2.header.name == "<unknown>"
http2.header.value matches "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$" and not http2.header.name == "traceparent"
\`\`\`

\`capinfos capture.pcap\` says the snaplen and the number of dropped packets.

In Jaeger nothing shows: the spans may all be there. That a trace is whole there says that its context arrived, whatever the capture lacks.

## How to fix

Capture whole packets, with a large buffer, and only what is asked for, from before the first connection:

\`\`\`
tcpdump -i any -s 0 -B 65536 -w capture.pcap 'tcp port 8080'
\`\`\`

\`-s 0\` takes whole packets, \`-B\` is the buffer in KiB. At the end tcpdump says how many packets were dropped by the kernel: it should be
none. Write to a fast disk, and name the ports.

HTTP/2 and gRPC: start the capture, then restart one of the two pods, so that the connections begin anew:

\`\`\`
kubectl rollout restart deployment/orders
\`\`\`

Encrypted connections: let one of the two programs write its TLS secrets, and give them with \`--keylog keys.log\`. Programs with OpenSSL
(curl, Python), NSS and BoringSSL read the variable; Node takes \`--tls-keylog=keys.log\`; in Go it is \`tls.Config.KeyLogWriter\`; Java needs
an agent. The capture must hold the handshakes. \`editcap --inject-secrets tls,keys.log\` puts the secrets into a pcapng.

\`\`\`
SSLKEYLOGFILE=keys.log curl https://orders:8443/orders/7
\`\`\`

Or capture where TLS ends. In a mesh that is inside the pod, between sidecar and application:

\`\`\`
kubectl debug -it pod/orders-5d9c7 --image=nicolaka/netshoot --container=capture -- tcpdump -U -i lo -s 0 -w /tmp/lo.pcap
kubectl exec pod/orders-5d9c7 -c capture -- cat /tmp/lo.pcap > orders.pcap        # in another terminal
\`\`\`

An ephemeral container shares the pod's network, so that \`lo\` is the loopback of the application; \`-U\` writes each packet at once.
Behind an ingress that ends TLS, capture on its side towards the services. nginx, Envoy, HAProxy and Traefik all speak plain HTTP to
their backends unless told otherwise.

Istio: a port that is not named for its protocol is passed through as TCP, and its requests are nobody's hops; name it \`http-…\` or
\`grpc-…\`, or set \`appProtocol\`.

With several hosts, capture on each of them at the same time and give all files at once: a head that one capture lacks may stand whole in
another.
`,
  check: (tally) => [...cutFindings(tally), ...joinedFindings(tally), ...encryptedFindings(tally)],
};

const RULE = "not-observable";
const MAX_EDGES_NAMED = 4;

/** A capture lacks packets of all edges alike: one note, with an edge where there is only one. */
function cutFindings(tally: Tally): Finding[] {
  const cut = ofCause("capture-cut", tally);
  const edges = new Map<string, { readonly from: string; readonly to: string; affected: number }>();
  for (const fault of cut.faults.values()) {
    const key = groupsOf(fault);
    const edge = edges.get(key) ?? { from: fault.from.group, to: fault.to.group, affected: 0 };
    edges.set(key, edge);
    edge.affected += fault.affected;
  }
  const byEdge = [...edges.values()].sort((a, b) => b.affected - a.affected).map(({ from, to, affected }) => `${from} → ${to} ${affected}`);
  const named = upTo(MAX_EDGES_NAMED, byEdge);
  const isOne = edges.size === 1;
  return findingsOf(RULE, "not-observable", cut, cutWord, isOne).map((finding) =>
    isOne ? finding : { ...finding, detail: `${finding.detail}; by edge: ${named.join(", ")}` },
  );
}

function joinedFindings(tally: Tally): Finding[] {
  return findingsOf(RULE, "not-observable", ofCause("joined-mid-connection", tally), joinedWord);
}

function ofCause(cause: Cause, { edges, faults }: Tally): Tally {
  const part = new Tally();
  for (const [key, edge] of edges) part.edges.set(key, edge);
  for (const [key, fault] of faults) if (fault.verdict === "not-observable" && fault.like.cause === cause) part.faults.set(key, fault);
  return part;
}

const cutWord: Word = (population) => {
  const { affected, of, from, to, hasEdge } = population;
  const which = hasEdge ? `requests from ${from} to ${to}` : "exchanges";
  return { message: `${affected} of ${of} ${which} cannot be judged: the capture lacks their request heads`, fix: fixFor(population) };
};

const joinedWord: Word = (population) => {
  const { affected, of, from, to } = population;
  return {
    message: `${from} → ${to} cannot be judged: ${affected} of ${of} requests refer to HPACK entries sent before the capture began`,
    fix: fixFor(population),
  };
};

function encryptedFindings(tally: Tally): Finding[] {
  return tally.encrypted.map((edge) => {
    const { from, to, connections, requests, handshakes, traceIds } = edge;
    const hasEdge = from !== "";
    const readable = tally.edgeIndex.between(from, to);
    // Requests where spans tell of them, in one unit with those that could be read; else connections.
    const affected = requests > 0 ? requests : connections;
    const others = requests > 0 ? sum(readable.map(({ exchanges }) => exchanges)) : 0;
    const reason = handshakes[0]?.undecrypted ?? "no keys";
    const population = { cause: "encrypted", verdict: "not-observable", severity: "note", culprit: undefined, tallies: [] } as const;
    return {
      rule: RULE,
      verdict: "not-observable",
      cause: "encrypted",
      otherCauses: [],
      severity: "note",
      confidence: 1,
      culprit: undefined,
      edge: hasEdge ? { from, to } : undefined,
      affected,
      of: affected + others,
      detail: `${describeTls(handshakes[0])}; ${REASONS[reason]}`,
      group: "capture: encrypted",
      message: encryptedMessage(edge),
      fix: isLate(reason)
        ? `Start the capture before the connections, or restart one of the two ends while capturing. Then: ${fixFor(population)}`
        : fixFor(population),
      routes: [],
      traceIds: [...traceIds].slice(0, MAX_TRACE_IDS),
      traceCount: traceIds.size,
      exemplars: [],
      handshakes,
      keys: new Set(),
    };
  });
}

function encryptedMessage(edge: EncryptedEdge): string {
  const { from, to, connections } = edge;
  const are = connections === 1 ? "1 connection is encrypted" : `${connections} connections are encrypted`;
  return `${from === "" ? "Further edges" : `${from} → ${to}`} cannot be judged: ${are}${toldBySpans(edge)}`;
}

function toldBySpans({ connections, requests, served, withContext }: EncryptedEdge): string {
  if (requests === 0) return "";
  const told = `; the backend has spans of ${counted(requests, "request")} on ${connections === 1 ? "it" : "them"}`;
  if (served === 0) return told;
  const which = withContext === 0 ? "none continues" : withContext === 1 ? "1 continues" : `${withContext} continue`;
  return `${told}: ${which} a caller's trace`;
}

/** `TLS 1.3 for orders.shop.svc (h2, http/1.1)`. */
function describeTls(handshake: TlsHandshake | undefined): string {
  const { version = "TLS", sni, alpn, offeredAlpn = [] } = handshake ?? {};
  const protocols = alpn === undefined ? offeredAlpn : [alpn];
  return `${version}${sni === undefined ? "" : ` for ${sni}`}${protocols.length === 0 ? "" : ` (${protocols.join(", ")})`}`;
}

const REASONS: Readonly<Record<Undecrypted, string>> = {
  "no keys": "no key log has its secrets",
  "wrong keys": "the secrets that a key log has for it do not open it",
  unsupported: "its version or cipher suite is not read",
  "joined mid-connection": "the capture began after its handshake, without which no secrets are found",
  "handshake not captured": "the capture lacks its handshake, without which no secrets are found",
  gap: "the capture lacks a part of it",
  limit: "a safety limit was reached",
};

function isLate(reason: Undecrypted): boolean {
  return reason === "joined mid-connection" || reason === "handshake not captured";
}
