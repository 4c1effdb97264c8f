// HTTP/2 header lists in other people's captures, against tshark's reading of them.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { HttpExchange } from "../../src/protocols/observation.ts";
import { CORPUS, isCorpusPresent, listCaptures, readCapture } from "./read-captures.ts";

/** A field with the ports of its direction: `50123>80 :path: /a`. */
type Line = string;

interface Difference {
  readonly file: string;
  /** How many lines tshark shows that we do not, and the reverse. */
  readonly missing?: number;
  readonly extra?: number;
  readonly reason: string;
}

const DIFFERENCES: readonly Difference[] = [
  { file: "arkime/http2-nghttp2.pcap", missing: 21, reason: "a push: a request that nobody made, and its response, are no exchange" },
  {
    file: "suricata-verify/app-layer-protocol-exact/input.pcap",
    missing: 13,
    reason: "a response that was on its way when the client reset its stream: the exchange was over",
  },
  { file: "suricata-verify/http2-errorcode/input.pcap", extra: 14, reason: "HTTP/2 inside a CONNECT tunnel: tshark does not look into it" },
];

/** Trailers of gRPC are read as the status of the call, and are no fields of its response. */
const TRAILERS = new Set(["grpc-status", "grpc-message"]);

function readTshark(file: string): { readonly lines: Line[]; readonly names: ReadonlySet<string>; readonly unknown: number } {
  const path = join(CORPUS, "oracles/tshark", `${file}.jsonl`);
  const lines: Line[] = [];
  const names = new Set<string>();
  let unknown = 0;
  if (!existsSync(path)) return { lines, names, unknown };
  for (const text of readFileSync(path, "utf8").split("\n")) {
    if (text === "") continue;
    const frame: Record<string, string | string[] | undefined> = JSON.parse(text);
    const all = (name: string) => [frame[name] ?? []].flat();
    const values = all("http2.header.value");
    for (const [i, name] of all("http2.header.name").entries()) {
      if (name === "<unknown>") unknown++;
      if (name === "<unknown>" || TRAILERS.has(name)) continue;
      names.add(name);
      lines.push(`${all("tcp.srcport").at(-1)}>${all("tcp.dstport").at(-1)} ${name}: ${values[i]}`);
    }
  }
  return { lines, names, unknown };
}

function linesOf({ client, server, request, response }: HttpExchange): Line[] {
  const isUpgraded = request?.fields[0]?.name.startsWith(":") !== true && request?.hiddenFields === 0;
  return [
    ...(request === undefined || isUpgraded
      ? []
      : request.fields.map(({ name, value }) => `${client.port}>${server.port} ${name}: ${value}`)),
    ...(response?.fields ?? []).map(({ name, value }) => `${server.port}>${client.port} ${name}: ${value}`),
  ];
}

const captures = listCaptures().filter((file) => readTshark(file).names.size > 0);

describe.skipIf(!isCorpusPresent)("HTTP/2 header lists in ../shared/corpus, against tshark", () => {
  const totals = { theirs: 0, equal: 0 };

  it.each(captures)("%s", (file) => {
    const theirs = readTshark(file);
    const { http } = readCapture(file, theirs.names);
    const ours = http.filter(({ version }) => version === "2").flatMap(linesOf);
    const missing = theirs.lines.filter((line) => {
      const at = ours.indexOf(line);
      if (at >= 0) ours.splice(at, 1);
      return at < 0;
    });
    const known = DIFFERENCES.find((difference) => difference.file === file);
    totals.theirs += theirs.lines.length - (known?.missing ?? 0);
    totals.equal += theirs.lines.length - missing.length;
    expect({ missing, extra: ours }).toMatchObject({ missing: { length: known?.missing ?? 0 }, extra: { length: known?.extra ?? 0 } });
  });

  it("lists no difference of a capture that is not there", () => {
    expect(DIFFERENCES.map(({ file }) => file).filter((file) => !captures.includes(file))).toEqual([]);
  });

  it("are equal but for that", () => {
    expect(totals.theirs).toBeGreaterThan(200);
    expect(totals.equal / totals.theirs).toBe(1);
  });
});
