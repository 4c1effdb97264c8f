import { fixFor } from "../fixes.ts";
import { findingsOf } from "../populations.ts";
import type { Rule, Word } from "../rule.ts";

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
- \`encrypted\`: TLS without keys, or QUIC. In a mesh with mutual TLS only the loopback between sidecar and application is readable.

## How to tell

In the report: how many exchanges cannot be judged, and for the first of them what is missing.

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
  check: (tally) => findingsOf("not-observable", "not-observable", tally, word, false),
};

const word: Word = (population) => {
  const { affected, of } = population;
  return {
    message: `${affected} of ${of} exchanges cannot be judged: the capture lacks their request heads`,
    fix: fixFor(population),
  };
};
