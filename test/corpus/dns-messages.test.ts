// DNS messages in other people's captures, against tshark's reading of them.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { recognizeCapture } from "../../src/capture/registry.ts";
import { AddressTable } from "../../src/packet/address-table.ts";
import { PacketDecoder } from "../../src/packet/packet-decoder.ts";
import { dnsDatagrams } from "../../src/protocols/dns/dns-datagrams.ts";
import { readDnsMessage, typeName } from "../../src/protocols/dns/dns-message.ts";
import { dnsStream } from "../../src/protocols/dns/dns-stream.ts";
import { LengthPrefixed } from "../../src/protocols/dns/length-prefixed.ts";
import { KeptBytes } from "../../src/protocols/kept-bytes.ts";
import type { StreamReader } from "../../src/protocols/stream-protocol.ts";
import { type RecognizerOptions, StreamRecognizer } from "../../src/protocols/stream-recognizer.ts";
import { TcpTracker } from "../../src/tcp/tcp-tracker.ts";
import { CORPUS, isCorpusPresent, listCaptures, readBytes } from "./read-captures.ts";

interface Difference {
  readonly file: string;
  /** Messages that tshark has and we have not, or not so. */
  readonly missing: readonly string[];
  readonly reason: string;
  /** True for what is no DNS over UDP or TCP, or in no packet that is read: it does not count. */
  readonly isElsewhere?: boolean;
}

const IP_CUT = "the fuzzed IP total length leaves 9 bytes of the datagram: not even a header";

const DIFFERENCES: readonly Difference[] = [
  {
    file: "ndpi/default/pcap/doq.pcapng",
    missing: ["4 0 - -", ...[8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20].map((frame) => `${frame} 32896 - -`)],
    reason: "DNS over QUIC without keys: tshark takes encrypted bytes for a header",
    isElsewhere: true,
  },
  {
    file: "ndpi/default/pcap/fuzz-2006-06-26-2594.pcap",
    missing: ["29 43731 1.0.0.127.in-addr.arpa PTR NOERROR 1"],
    reason:
      "a DNS answer with both ports and the UDP length fuzzed, cut before its end: on other ports only whole messages are taken for DNS",
  },
  { file: "ndpi/default/pcap/fuzz-2006-06-26-2594.pcap", missing: ["269 32207 - -", "311 11254 - -"], reason: IP_CUT },
  {
    file: "ndpi/default/pcap/someip_sd_sample.pcap",
    missing: [1, 2, 3, 4, 5, 6].map((frame) => `${frame} 65535 - - NOERROR ${frame % 3 === 0 ? 36 : 48}`),
    reason: "SOME/IP, whose header tshark takes for one of DNS",
    isElsewhere: true,
  },
  {
    file: "suricata-verify/app-layer-protocol-exact/input.pcap",
    missing: [
      "9 0 www.gstatic.com A NOERROR 1",
      "11 0 www.gstatic.com A NOERROR 1",
      "17 0 nav-edge.smartscreen.microsoft.com A NOERROR 3",
      "22 0 nav-edge.smartscreen.microsoft.com HTTPS NOERROR 2",
    ],
    reason: "DNS over HTTPS",
    isElsewhere: true,
  },
  {
    file: "zeek/dns-inverse-query.pcap",
    missing: ["6 34798 - -", "7 34798 [4.3.2.1] A NOERROR 1"],
    reason: "FDDI, which is not read",
    isElsewhere: true,
  },
];

const CODES = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE"];
/** What tshark says in place of a name, or of the part of one, whose length byte is none (RFC 6891 §5); it reads a type behind it all the same. */
const NO_NAME = "<Unknown extended label>";

interface Message {
  readonly frame: number;
  readonly id: number;
  readonly isAnswer: boolean;
  readonly name: string | undefined;
  readonly type: string | undefined;
  readonly code: string;
  /** Undefined where the header's fields mean something else (an update, RFC 2136 §2.2). */
  readonly answers: number | undefined;
}

/** A message in a line: equal when both say the same of it. */
function lineOf({ frame, id, isAnswer, name, type, code, answers }: Message): string {
  const asked = `${frame} ${id} ${name === undefined ? "- -" : `${name} ${type}`}`;
  return isAnswer ? `${asked} ${code}${answers === undefined ? "" : ` ${answers}`}` : asked;
}

function theirs(file: string): string[] {
  const path = join(CORPUS, "oracles/tshark", `${file}.jsonl`);
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line.includes('"dns.id"'))
    .flatMap((line) => {
      const frame: Record<string, string | string[] | undefined> = JSON.parse(line);
      const all = (field: string) => [frame[field] ?? []].flat();
      return all("dns.id").map((id, i) => {
        const name = all("dns.qry.name")[i];
        const count = all("dns.count.answers")[i];
        return lineOf({
          frame: Number(all("frame.number")[0]),
          id: Number(id),
          isAnswer: all("dns.flags.response")[i] === "1",
          name: name?.endsWith(NO_NAME) === true ? undefined : name?.replace("<Root>", ".").toLowerCase(),
          type: typeName(Number(all("dns.qry.type")[i])),
          code: CODES[Number(all("dns.flags.rcode")[0])] ?? "",
          answers: count === undefined ? undefined : Number(count),
        });
      });
    });
}

/** Control characters as tshark writes them. */
function printable(name: string): string {
  const inOctal = (character: string) => (character === "\r" ? "\\r" : `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`);
  return name.toLowerCase().replace(/[\0-\x1f]/g, inOctal);
}

const OPCODE_UPDATE = 5;

function ours(file: string): string[] {
  const lines: string[] = [];
  const add = (frame: number, bytes: Uint8Array) => {
    const message = readDnsMessage(bytes);
    if (message === undefined) return;
    const { id, isAnswer, question, code, answerCount } = message;
    const answers = ((bytes[2]! >> 3) & 15) === OPCODE_UPDATE ? undefined : answerCount;
    const name = question && printable(question.name);
    lines.push(lineOf({ frame, id, isAnswer, name, type: question?.type, code, answers }));
  };
  const addresses = new AddressTable();
  const tcp = new TcpTracker(
    0,
    addresses,
    (connection) => new StreamRecognizer(connection, streamOptions(add)),
    () => {},
  );
  const decoder = new PacketDecoder(0, addresses, new Map(), {
    transport(packet) {
      const { transport, sourcePort, destinationPort, bytes, payloadStart, payloadEnd, number } = packet;
      if (transport === 6) tcp.push(packet);
      // mDNS and LLMNR are other protocols to tshark.
      else if (sourcePort === 53 || destinationPort === 53) add(number, bytes.subarray(payloadStart, payloadEnd));
      else if (dnsDatagrams.recognizes(bytes, payloadStart, payloadEnd) && !dnsDatagrams.ports.includes(destinationPort))
        add(number, bytes.subarray(payloadStart, payloadEnd));
    },
    anomaly() {},
  });
  const capture = readBytes(file);
  const reader = recognizeCapture(capture.subarray(0, 64))?.open({
    packet: (packet) => decoder.push(packet),
    anomaly() {},
    name() {},
    secrets() {},
    lost() {},
  });
  reader?.push(capture);
  reader?.end();
  tcp.end();
  return lines;
}

/** DNS over TCP alone, its messages as they come. */
function streamOptions(add: (frame: number, bytes: Uint8Array) => void): RecognizerOptions {
  const open = (): StreamReader => {
    const side = () => new LengthPrefixed(new KeptBytes(), false, (bytes, segment) => add(segment.packet, bytes));
    const sides = { client: side(), server: side() };
    return {
      data: (from, bytes, start, end, segment) => void sides[from].data(bytes, start, end, segment),
      gap: (from) => sides[from].lose(),
      seenAgain() {},
      end() {},
      close() {},
    };
  };
  return { protocols: [{ ...dnsStream, open }], keep: new Set(), emit() {} };
}

interface Comparison {
  readonly total: number;
  readonly equal: number;
}

describe.skipIf(!isCorpusPresent)("DNS messages in ../shared/corpus, against tshark", () => {
  const captures = listCaptures();
  const comparisons: Comparison[] = [];

  it.each(captures)("%s", (file) => {
    const extra = ours(file);
    const all = theirs(file);
    const missing = all.filter((line) => {
      const at = extra.indexOf(line);
      if (at >= 0) extra.splice(at, 1);
      return at < 0;
    });
    const known = DIFFERENCES.filter((difference) => difference.file === file);
    expect({ missing, extra }).toEqual({ missing: known.flatMap((difference) => difference.missing), extra: [] });
    const elsewhere = known.filter(({ isElsewhere }) => isElsewhere).flatMap((difference) => difference.missing).length;
    comparisons.push({ total: all.length - elsewhere, equal: all.length - missing.length });
  });

  it("lists no difference of a capture that is not there", () => {
    expect(DIFFERENCES.map(({ file }) => file).filter((file) => !captures.includes(file))).toEqual([]);
  });

  it("are equal in at least 99.5 %", () => {
    const sum = (of: keyof Comparison) => comparisons.reduce((total, comparison) => total + comparison[of], 0);
    expect(comparisons.length).toBe(captures.length);
    expect(sum("total")).toBeGreaterThan(750);
    expect(sum("equal") / sum("total")).toBeGreaterThanOrEqual(0.995);
  });
});
