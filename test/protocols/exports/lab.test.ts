// Exports of real SDKs in recordings of real systems, against what Jaeger stored of them.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { recognizeCapture } from "../../../src/capture/registry.ts";
import type { Observation, SpanExport } from "../../../src/protocols/observation.ts";
import { KeyLog } from "../../../src/protocols/tls/key-log.ts";
import { readOtlpJson } from "../../../src/spans/otlp-json.ts";
import { VantagePoint } from "../../../src/vantage-point.ts";
import type { Anomaly } from "../../../src/wire/anomaly.ts";

const LAB = "../shared/lab";
const isThere = existsSync(LAB);
const scenarios = isThere ? readdirSync(LAB).filter((name) => existsSync(`${LAB}/${name}/truth.json`)) : [];

function exportsOf(scenario: string): SpanExport[] {
  const exports: SpanExport[] = [];
  for (const [i, file] of readdirSync(`${LAB}/${scenario}`)
    .filter((name) => /\.pcap(ng)?$/.test(name))
    .entries()) {
    const keepExports = (output: Observation | Anomaly) => {
      if (output.kind === "export") exports.push(output);
    };
    const vantage = new VantagePoint(i, new Set(), keepExports, new KeyLog());
    const bytes = Uint8Array.from(readFileSync(`${LAB}/${scenario}/${file}`));
    const sink = {
      packet: (packet: Parameters<VantagePoint["push"]>[1]) => vantage.push(i, packet),
      anomaly() {},
      name() {},
      secrets() {},
      lost() {},
    };
    const reader = recognizeCapture(bytes.subarray(0, 64))?.open(sink);
    reader?.push(bytes);
    reader?.end();
    vantage.end();
  }
  return exports;
}

/** What both sides must say alike of a span. */
const lineOf = (span: { traceId: string; spanId: string; parentSpanId?: string | undefined; name: string; kind: string }) =>
  `${span.traceId} ${span.spanId} ${span.parentSpanId ?? "-"} ${span.kind} ${span.name}`;

function storedSpans(scenario: string): Set<string> {
  const reading = readOtlpJson(JSON.parse(readFileSync(`${LAB}/${scenario}/jaeger.otlp.json`, "utf8")));
  return new Set(reading?.traces.flatMap(({ spans }) => spans.map(lineOf)));
}

const wasTaken = ({ answer }: SpanExport) => answer?.status === 200 && (answer.grpcStatus ?? 0) === 0 && answer.rejected === undefined;

describe.skipIf(!isThere)("exports in ../shared/lab", () => {
  const found = new Map<string, { readonly exports: number; readonly spans: number }>();

  it.each(scenarios)("%s: what was taken is in Jaeger, what was refused is not", (scenario) => {
    const exports = exportsOf(scenario);
    const stored = storedSpans(scenario);
    const lines = (which: readonly SpanExport[]) => which.flatMap(({ spans }) => spans.map(lineOf));
    expect(lines(exports.filter(wasTaken)).filter((line) => !stored.has(line))).toEqual([]);
    const refused = exports.filter(({ answer, isWhole }) => isWhole && (answer?.grpcStatus === 8 || answer?.status === 400));
    const taken = new Set(lines(exports.filter(wasTaken)));
    expect(lines(refused).filter((line) => stored.has(line) && !taken.has(line))).toEqual([]);
    for (const { unread, spans, spanCount, isWhole } of exports) {
      if (isWhole) expect(unread).toBeUndefined();
      expect(spans).toHaveLength(spanCount);
    }
    found.set(scenario, { exports: exports.length, spans: new Set(lines(exports)).size });
  });

  it("are found", () => {
    expect(found.get("healthy")).toEqual({ exports: 5, spans: 150 });
    expect(found.get("polyglot-healthy")).toEqual({ exports: 7, spans: 273 });
    // Its connections are older than the capture: no path is known.
    expect(found.get("mid-connection")).toEqual({ exports: 6, spans: 184 });
    expect(found.get("exporter-rejected")).toEqual({ exports: 9, spans: 169 });
    const total = [...found.values()].reduce((sum, { spans }) => sum + spans, 0);
    expect(total).toBeGreaterThan(6_000);
  });
});
