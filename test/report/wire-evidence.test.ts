import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Inspection } from "../../src/diagnosis/inspection.ts";
import type { WireProof } from "../../src/diagnosis/judgement.ts";
import { proofText, wireEvidence } from "../../src/report/wire-evidence.ts";
import { type Schema, validate } from "../commands/validate-schema.ts";
import { attempt, exported, handshake, lookUp } from "../diagnosis/build-traffic.ts";

const schema = JSON.parse(readFileSync(join(import.meta.dirname, "../../docs/report.schema.json"), "utf8")) as Schema;
const inspection = { captures: [{ file: "pods/orders.pcap" }] } as unknown as Inspection;

const alert = { from: "client", level: "fatal", description: "unknown_ca", packet: { capture: 0, number: 12 }, at: 0 } as const;
const proofs: readonly (readonly [WireProof, text: string, filter: string])[] = [
  [lookUp("orders", "otel.obs"), "DNS A otel.obs: NXDOMAIN", 'dns.qry.name == "otel.obs"'],
  [lookUp("orders", 'x" or frame', { code: undefined }), 'DNS A x" or frame: no answer', "frame.number == 900"],
  [
    handshake("orders", "collector", { alert }),
    "TLS handshake: alert unknown_ca from the client",
    "ip.addr == 10.0.0.6 and tcp.port == 4317 and (tls.handshake or tls.alert_message)",
  ],
  [
    exported("orders", [], { at: 0, answer: { grpcStatus: 8 } }),
    "export of 0 spans (otlp-grpc, 0 bytes): RESOURCE_EXHAUSTED (grpc-status 8)",
    "ip.addr == 10.0.0.6 and tcp.port == 4317",
  ],
  [
    attempt("orders", "collector"),
    "connection refused, from its SYN on",
    "ip.addr == 10.0.0.4 and ip.addr == 10.0.0.6 and tcp.port == 4317 and (tcp.flags.syn == 1 or tcp.flags.reset == 1 or tcp.flags.fin == 1)",
  ],
];

describe("packets that prove what an exporter did", () => {
  it.each(proofs)("%#: are as the schema says, with what they show and how to find their like", (proof, text, filter) => {
    const evidence = wireEvidence(proof, inspection);
    expect(evidence).toMatchObject({ kind: proof.kind, capture: "pods/orders.pcap", filter });
    expect(proofText(proof)).toBe(text);
    expect(validate(JSON.parse(JSON.stringify(evidence)), { $ref: `#/$defs/${proof.kind}Evidence` }, schema)).toEqual([]);
  });
});
