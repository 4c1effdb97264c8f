// docs/report.schema.json describes what src/report/json.ts writes, and its closed sets are the code's.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runPcap } from "../../src/commands/pcap.ts";
import { causes, severities, verdicts } from "../../src/diagnosis/verdict.ts";
import type { Observed, ParentReason, Purpose } from "../../src/hops/hop.ts";
import type { Role } from "../../src/naming/workload.ts";
import type { AnomalyCode } from "../../src/wire/anomaly.ts";
import { MAX_JOINS_LISTED, MAX_SERVERS_LISTED, MAX_TRACE_IDS, MAX_TRACES_LISTED } from "../../src/wire/limits.ts";
import { concat } from "../capture/build-captures.ts";
import { httpCapture, TRACE } from "../cli/http-captures.ts";
import { temporaryFolder } from "../sources/temporary-folder.ts";
import { testWorld } from "./test-world.ts";
import { type Schema, validate } from "./validate-schema.ts";

const root = join(import.meta.dirname, "../..");
const schema = JSON.parse(readFileSync(join(root, "docs/report.schema.json"), "utf8")) as Schema;

async function report(captures: readonly string[], values: Record<string, unknown>): Promise<Record<string, unknown>> {
  const world = testWorld();
  await runPcap(captures, { format: "json", hops: "all", quiet: true, ...values }, world);
  return JSON.parse(world.out());
}

describe("the JSON report is as its schema says", () => {
  test("a hand-made capture: valid, malformed and 64-bit contexts, IPv6, baggage, a cut end", async () => {
    const capture = httpCapture([
      { fields: [`traceparent: 00-${TRACE}-00f067aa0ba902b7-01`, "tracestate: a=1", "baggage: user=42,plan=gold"] },
      { fields: [`traceparent: 00-${TRACE.toUpperCase()}-00f067aa0ba902b7-01`], client: "10.0.0.3" },
      { fields: ["b3: a3ce929d0e0e4736-00f067aa0ba902b7-1"], path: "/a?token=secret" },
      { fields: ["X-B3-TraceId: a3ce929d0e0e4736", "X-B3-SpanId: 00f067aa0ba902b7"] },
      { path: "/healthz" },
      {},
    ]);
    const folder = temporaryFolder({ "a.pcap": concat(capture, Uint8Array.of(1, 2, 3)) });
    const written = await report([`${folder}/a.pcap`], {});
    expect(validate(written, schema)).toEqual([]);
    expect(written.hops).toHaveLength(6);
    expect(JSON.stringify(written)).not.toMatch(/secret|gold/);
    expect(written.captures).toMatchObject([{ anomalies: { truncated: 1 } }]);
  });

  test("and what is not so is noticed", async () => {
    const folder = temporaryFolder({ "a.pcap": httpCapture([{ fields: [`traceparent: 00-${TRACE}-00f067aa0ba902b7-01`] }]) });
    const text = JSON.stringify(await report([`${folder}/a.pcap`], {}));
    const changed = (from: string, to: string) => validate(JSON.parse(text.replace(from, to)), schema);
    expect(changed('"schema":1', '"schema":2')).toEqual(["$.schema: must be 1, not 2"]);
    expect(changed('"method"', '"verb"')).toEqual(["$.hops[0]: lacks method", "$.hops[0]: verb is not in the schema"]);
    expect(changed(`"traceId":"${TRACE}"`, '"traceId":"4bf92f"')).toHaveLength(1);
    expect(changed('"observed":"full"', '"observed":"half"')).toHaveLength(1);
  });

  test("nothing at all", async () => {
    const folder = temporaryFolder({ "empty.pcap": httpCapture([]) });
    expect(validate(await report([`${folder}/empty.pcap`], {}), schema)).toEqual([]);
  });

  test("nothing judged", async () => {
    const written = await report([join(root, "samples/ingress-strips")], { diagnosis: false });
    expect(validate(written, schema)).toEqual([]);
    expect(written).toMatchObject({ judged: false, findings: [], stitched: [] });
    expect(written.connections).not.toEqual([]);
  });

  test("the bundled sample, with its findings and spans", async () => {
    const folder = join(root, "samples/ingress-strips");
    const written = await report([folder], { traces: [`${folder}/jaeger.v3.bin`] });
    expect(validate(written, schema)).toEqual([]);
    expect(written.findings).toMatchObject([{ verdict: "stripped" }]);
  });

  const lab = join(root, "../shared/lab");
  const scenarios = existsSync(lab)
    ? ["b3-reinjected-short", "capture-snaplen", "envoy-sidecars", "exporter-dns", "noise-ipv6", "trust-boundary", "unsampled"]
    : [];
  test.skipIf(scenarios.length === 0)("recordings of the lab (needs ../shared)", async () => {
    for (const name of scenarios) {
      const folder = join(lab, name);
      const captures = readdirSync(folder).filter((file) => /\.pcap(ng)?$/.test(file));
      const written = await report(
        captures.map((file) => join(folder, file)),
        { traces: [join(folder, "jaeger.otlp.json")] },
      );
      expect(validate(written, schema), name).toEqual([]);
    }
  });
});

describe("the closed sets of the schema are those of the code", () => {
  const definitions = schema.$defs as Readonly<
    Record<string, { readonly enum?: readonly string[]; readonly properties?: Record<string, Schema> }>
  >;
  const names = <Name extends string>(all: Readonly<Record<Name, true>>) => Object.keys(all);
  const anomalies: Readonly<Record<AnomalyCode, true>> = {
    truncated: true,
    malformed: true,
    gap: true,
    limit: true,
    unsupported: true,
    lost: true,
  };
  const reasons: Readonly<Record<ParentReason, true>> = {
    "span id": true,
    "span link": true,
    "forwarded unchanged": true,
    "trace id": true,
    "request id": true,
    "same request": true,
    "only candidate": true,
    timing: true,
    "body length": true,
    connection: true,
    retry: true,
  };
  const roles: Readonly<Record<Role, true>> = { application: true, proxy: true, client: true, unknown: true };
  const purposes: Readonly<Record<Purpose, true>> = { work: true, probe: true, export: true, preflight: true };
  const observed: Readonly<Record<Observed, true>> = { full: true, partial: true, "headers-unknown": true };

  test.each([
    ["verdict", [...verdicts]],
    ["cause", [...causes]],
    ["severity", [...severities]],
    ["anomalyCode", names(anomalies)],
    ["parentReason", names(reasons)],
  ])("%s", (name, expected) => {
    expect(definitions[name]?.enum).toEqual(expected);
  });

  test("roles, purposes, what was observed", () => {
    expect(definitions.workload?.properties?.role?.enum).toEqual(names(roles));
    expect(definitions.culprit?.properties?.role?.enum).toEqual(names(roles).filter((role) => role !== "client"));
    expect(definitions.hop?.properties?.purpose?.enum).toEqual(names(purposes));
    expect(definitions.hop?.properties?.observed?.enum).toEqual(names(observed));
  });

  test("the lengths of lists are the limits", () => {
    expect(definitions.finding?.properties?.traceIds?.maxItems).toBe(MAX_TRACE_IDS);
    const properties = schema.properties as Record<string, Schema>;
    expect(properties.traces?.maxItems).toBe(MAX_TRACES_LISTED);
    expect(properties.stitched?.maxItems).toBe(MAX_TRACES_LISTED);
    expect(properties.connections?.maxItems).toBe(MAX_SERVERS_LISTED);
    expect(definitions.stitchedTrace?.properties?.joins?.maxItems).toBe(MAX_JOINS_LISTED);
  });
});
