// Every header that can be read. Adding one = one file + one line here; keys must be unique.

import { arcnet } from "./arcnet.ts";
import { ayiya } from "./ayiya.ts";
import type { HeaderDecoder } from "./decoded-packet.ts";
import { erspan } from "./erspan.ts";
import { ethernet } from "./ethernet.ts";
import { geneve } from "./geneve.ts";
import { gre } from "./gre.ts";
import { gtpU } from "./gtp-u.ts";
import { ieee80211, radiotap } from "./ieee80211.ts";
import { ipv4 } from "./ipv4.ts";
import { ipv6 } from "./ipv6.ts";
import { linuxSll } from "./linux-sll.ts";
import { linuxSll2 } from "./linux-sll2.ts";
import { llc } from "./llc.ts";
import { mpls } from "./mpls.ts";
import { nflog } from "./nflog.ts";
import { loop, nullLoopback } from "./null-loopback.ts";
import { ppp } from "./ppp.ts";
import { pppoe } from "./pppoe.ts";
import { rawIp } from "./raw-ip.ts";
import { tcp } from "./tcp.ts";
import { udp } from "./udp.ts";
import { vlan } from "./vlan.ts";
import { vxlan, vxlanGpe } from "./vxlan.ts";

export const headerDecoders: readonly HeaderDecoder[] = [
  ethernet,
  vlan,
  llc,
  linuxSll,
  linuxSll2,
  nullLoopback,
  loop,
  rawIp,
  nflog,
  arcnet,
  ieee80211,
  radiotap,
  ppp,
  pppoe,
  mpls,
  ipv4,
  ipv6,
  tcp,
  udp,
  vxlan,
  vxlanGpe,
  geneve,
  gre,
  erspan,
  gtpU,
  ayiya,
];
