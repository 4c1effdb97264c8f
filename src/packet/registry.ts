// Every header that can be read. Adding one = one file + one line here; keys must be unique.

import { arcnet } from "./arcnet.ts";
import { sunAtm } from "./atm.ts";
import { authenticationHeader } from "./authentication-header.ts";
import { ayiya } from "./ayiya.ts";
import { ciscoHdlc } from "./cisco-hdlc.ts";
import type { HeaderDecoder } from "./decoded-packet.ts";
import { enc } from "./enc.ts";
import { erf } from "./erf.ts";
import { erspan } from "./erspan.ts";
import { etherIp } from "./ether-ip.ts";
import { ethernet } from "./ethernet.ts";
import { frameRelay } from "./frame-relay.ts";
import { geneve } from "./geneve.ts";
import { gre } from "./gre.ts";
import { gtpU } from "./gtp-u.ts";
import { ieee80211, radiotap } from "./ieee80211.ts";
import { lisp, teredo } from "./ip-in-udp.ts";
import { ipnet } from "./ipnet.ts";
import { ipv4 } from "./ipv4.ts";
import { ipv6 } from "./ipv6.ts";
import { l2tp } from "./l2tp.ts";
import { linuxSll } from "./linux-sll.ts";
import { linuxSll2 } from "./linux-sll2.ts";
import { llc } from "./llc.ts";
import { macsec } from "./macsec.ts";
import { mpls } from "./mpls.ts";
import { nflog } from "./nflog.ts";
import { nsh } from "./nsh.ts";
import { loop, nullLoopback } from "./null-loopback.ts";
import { pflog } from "./pflog.ts";
import { pktap } from "./pktap.ts";
import { ppi } from "./ppi.ts";
import { ppp } from "./ppp.ts";
import { pppoe } from "./pppoe.ts";
import { prism } from "./prism.ts";
import { ciscoMetaData, eTag, pbb, vnTag } from "./provider-tags.ts";
import { rawIp } from "./raw-ip.ts";
import { slip } from "./slip.ts";
import { tcp } from "./tcp.ts";
import { fddi, tokenRing } from "./token-ring.ts";
import { tzsp } from "./tzsp.ts";
import { udp } from "./udp.ts";
import { vlan } from "./vlan.ts";
import { vxlan, vxlanGpe } from "./vxlan.ts";
import { ciscoHdlcWithDirection, frameRelayWithDirection, pppWithDirection } from "./with-direction.ts";

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
  prism,
  ppi,
  pktap,
  pflog,
  enc,
  ciscoHdlc,
  frameRelay,
  pppWithDirection,
  ciscoHdlcWithDirection,
  frameRelayWithDirection,
  fddi,
  tokenRing,
  sunAtm,
  slip,
  ipnet,
  erf,
  ppp,
  pppoe,
  mpls,
  pbb,
  vnTag,
  eTag,
  ciscoMetaData,
  macsec,
  nsh,
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
  l2tp,
  lisp,
  teredo,
  etherIp,
  authenticationHeader,
  tzsp,
];
