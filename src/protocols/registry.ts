// Every protocol that is recognised. Adding one = one file + one line here. Order matters where two could claim the same first bytes:
// a line of the PROXY protocol begins as an HTTP/1 start line does, and the HTTP/2 preface is one. DNS over TCP comes last: it needs the
// most bytes to be sure.

import type { DatagramProtocol } from "./datagram-protocol.ts";
import { dnsDatagrams } from "./dns/dns-datagrams.ts";
import { dnsStream } from "./dns/dns-stream.ts";
import { jaegerDatagrams } from "./exports/jaeger-datagrams.ts";
import { http1 } from "./http/http1.ts";
import { http2 } from "./http/http2.ts";
import { proxyProtocol } from "./proxy/proxy-protocol.ts";
import { ssh } from "./ssh.ts";
import { upgradingProtocols } from "./starttls.ts";
import type { StreamProtocol } from "./stream-protocol.ts";
import { tls } from "./tls/tls.ts";

export const streamProtocols: readonly StreamProtocol[] = [proxyProtocol, http2, http1, tls, ssh, ...upgradingProtocols, dnsStream];

export const datagramProtocols: readonly DatagramProtocol[] = [dnsDatagrams, jaegerDatagrams];
