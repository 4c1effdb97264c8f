// Every protocol that is recognised. Adding one = one file + one line here. Order matters where two could claim the same first bytes:
// the HTTP/2 preface is a well-formed HTTP/1 start line.

import type { DatagramProtocol } from "./datagram-protocol.ts";
import { dns } from "./dns.ts";
import { http1 } from "./http/http1.ts";
import { http2, ssh } from "./opaque.ts";
import type { StreamProtocol } from "./stream-protocol.ts";
import { tls } from "./tls/tls.ts";

export const streamProtocols: readonly StreamProtocol[] = [http2, http1, tls, ssh];

export const datagramProtocols: readonly DatagramProtocol[] = [dns];
