// HTTP/1 requests over TCP in other people's captures, against tshark's reading of them.

import { describe, expect, it } from "vitest";
import { readTarget } from "../../src/protocols/http/target.ts";
import { createTextCache } from "../../src/protocols/http/text-cache.ts";
import { isCorpusPresent, listCaptures, portsOf, readCapture, readTsharkRequests } from "./read-captures.ts";

interface Difference {
  readonly file: string;
  /** `method target` as tshark says, of requests that we do not see so. */
  readonly missing?: readonly string[];
  /** How many requests we see that tshark does not. */
  readonly extra?: number;
  /** What is true of each of the extra ones. */
  readonly extraAre?: "cut" | "whole";
  /**
   * How RFC 9112 sees what is missing, and therefore how it counts: the same request is among the extra ones with its target read to the end, or it
   * is no request at all.
   */
  readonly missingAre?: "seen with a longer target" | "no request";
  readonly reason: string;
}

const LONGER = "seen with a longer target";
const BLANK_IN_TARGET = "a target with a blank in it: tshark ends it there, we at the version (docs/decisions/0002)";
const WAITS = "tshark shows a message only when all its bytes are there; here bytes are missing or make another dissector take over";

const DIFFERENCES: readonly Difference[] = [
  {
    file: "arkime/gre-erspan-vxlan.pcap",
    missing: ["GET /Hello"],
    missingAre: LONGER,
    extra: 1,
    extraAre: "whole",
    reason: BLANK_IN_TARGET,
  },
  { file: "deepflow/common/decapsulate_erspan1.pcap", extra: 8, extraAre: "whole", reason: WAITS },
  { file: "ndpi/default/pcap/fuzz-2006-09-29-28586.pcap", extra: 3, extraAre: "cut", reason: WAITS },
  {
    file: "pcapplusplus/4KHttpRequests.pcap",
    extra: 242,
    reason: "the capture holds the first segment of each request only; tshark waits for the rest of its head or body",
  },
  {
    file: "pcapplusplus/Fuzzers/RegressionTests/regression_samples/clusterfuzz-testcase-minimized-FuzzTarget-5755755617189888",
    missing: ["PUT "],
    missingAre: "no request",
    reason: "fuzzed: `PUT  HT` and no version; it is no request",
  },
  {
    file: "suricata-verify/http2-errorcode/input.pcap",
    extra: 1,
    extraAre: "whole",
    reason: "tshark calls the CONNECT a part of the tunnel behind it",
  },
  {
    file: "suricata-verify/output-eve-ftp-data/input.pcap",
    extra: 68,
    extraAre: "whole",
    reason: "NOTIFY, SUBSCRIBE and UNSUBSCRIBE of UPnP eventing: tshark has them as http.notification",
  },
  {
    file: "zeek/http/connect-with-smtp.pcap",
    missing: ["CONNECT mailin03.sul.t-online.de:25"],
    missingAre: LONGER,
    extra: 1,
    extraAre: "whole",
    reason: BLANK_IN_TARGET,
  },
  {
    file: "zeek/http/methods.pcap",
    missing: ["OPTIONS "],
    missingAre: "no request",
    reason: "the line is `OPTIONS`, without target and version; it is no request",
  },
];

const HOST = new Set(["host"]);

/** Equal for one request in both readings: the path, the hash of the whole target, the Host field. */
function keyOf(method: string, target: string, host: string): string {
  const bytes = Uint8Array.from(Buffer.from(target, "utf8"));
  const { path, hash } = readTarget(bytes, 0, bytes.length, createTextCache());
  return `${method} ${path} ${hash} ${host}`;
}

interface Comparison {
  readonly total: number;
  readonly equal: number;
  readonly missing: readonly string[];
  readonly extra: readonly ("cut" | "whole")[];
}

function compare(file: string): Comparison {
  const { http, connections, packets, bytes, anomalies } = readCapture(file, HOST);
  expectSane(file, { http: http.length, connections, packets, bytes, anomalies: anomalies.length });
  // tshark had the keys of some; what TLS hides is another test's.
  const encrypted = new Set(
    connections.flatMap(({ protocol, client, server }) => (protocol === "TLS" ? [portsOf(client.port, server.port)] : [])),
  );
  const theirs = readTsharkRequests(file).filter(({ ports }) => !encrypted.has(ports));
  const ours = http.flatMap(({ version, stream, request, client, server }) => {
    // A request that is upgraded (RFC 7540 §3.2) is the first stream of HTTP/2.
    if ((version === "2" && stream !== 1) || request === undefined || encrypted.has(portsOf(client.port, server.port))) return [];
    const host = request.fields[0]?.value.split("\0")[0] ?? "";
    return [
      {
        key: `${request.method} ${request.path} ${request.targetHash} ${host}`,
        version,
        is: request.isHeadComplete ? ("whole" as const) : ("cut" as const),
      },
    ];
  });
  const missing = theirs.filter(({ method, target, host }) => {
    const at = ours.findIndex(({ key }) => key === keyOf(method, target, host));
    if (at >= 0) ours.splice(at, 1);
    return at < 0;
  });
  return {
    total: theirs.length,
    equal: theirs.length - missing.length,
    missing: missing.map(({ method, target }) => `${method} ${target}`),
    extra: ours.filter(({ version }) => version !== "2").map(({ is }) => is),
  };
}

/** Nothing comes from nothing: bounds that a runaway reader would break. */
function expectSane(
  file: string,
  seen: {
    http: number;
    connections: readonly { readonly packets: number; readonly bytes: number }[];
    packets: number;
    bytes: number;
    anomalies: number;
  },
): void {
  const sum = (of: "packets" | "bytes") => seen.connections.reduce((total, connection) => total + connection[of], 0);
  expect(sum("packets"), file).toBeLessThanOrEqual(seen.packets);
  expect(sum("bytes"), file).toBeLessThanOrEqual(seen.bytes);
  // The shortest messages are `GET / HTTP/1.1` and `HTTP/1.1 200`; each packet has at most a few anomalies.
  expect(seen.http, file).toBeLessThanOrEqual(seen.bytes / 12);
  expect(seen.anomalies, file).toBeLessThanOrEqual(3 * seen.packets + 3);
}

describe.skipIf(!isCorpusPresent)("HTTP/1 requests in ../shared/corpus, against tshark", () => {
  const captures = listCaptures();
  const comparisons = new Map<string, Comparison>();

  it.each(captures)("%s", (file) => {
    const comparison = compare(file);
    comparisons.set(file, comparison);
    const { missing = [], extra = 0, extraAre } = DIFFERENCES.find((difference) => difference.file === file) ?? {};
    expect({ missing: comparison.missing, extra: comparison.extra.length }).toEqual({ missing, extra });
    if (extraAre !== undefined) expect(new Set(comparison.extra)).toEqual(new Set([extraAre]));
  });

  it("lists no difference of a capture that is not there", () => {
    expect(DIFFERENCES.map(({ file }) => file).filter((file) => !captures.includes(file))).toEqual([]);
  });

  it("are equal in at least 99.7 % of what RFC 9112 calls a request, and in 99.2 % of what tshark does", () => {
    const sum = (of: "total" | "equal") => [...comparisons.values()].reduce((total, comparison) => total + comparison[of], 0);
    const missing = (are: Difference["missingAre"]) =>
      DIFFERENCES.reduce((total, difference) => total + (difference.missingAre === are ? (difference.missing?.length ?? 0) : 0), 0);
    expect(comparisons.size).toBe(captures.length);
    expect(sum("total")).toBeGreaterThan(500);
    expect(sum("equal") / sum("total")).toBeGreaterThanOrEqual(0.992);
    expect((sum("equal") + missing(LONGER)) / (sum("total") - missing("no request"))).toBeGreaterThanOrEqual(0.997);
  });
});
