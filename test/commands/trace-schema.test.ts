// docs/trace.schema.json describes what src/report/trace-view-json.ts writes, and what it shares with the report's schema is the same there.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runTrace } from "../../src/commands/trace.ts";
import { MAX_JOINS_LISTED } from "../../src/wire/limits.ts";
import { httpCapture, TRACE } from "../cli/http-captures.ts";
import { temporaryFolder } from "../sources/temporary-folder.ts";
import { testWorld } from "./test-world.ts";
import { type Schema, validate } from "./validate-schema.ts";

const root = join(import.meta.dirname, "../..");
const read = (name: string) => JSON.parse(readFileSync(join(root, "docs", name), "utf8")) as Schema;
const schema = read("trace.schema.json");

async function trace(id: string, captures: readonly string[], values: Record<string, unknown>): Promise<Record<string, unknown>> {
  const world = testWorld();
  await runTrace(id, captures, { format: "json", quiet: true, ...values }, world);
  return JSON.parse(world.out());
}

describe("the JSON of one trace is as its schema says", () => {
  test("no backend: exchanges alone", async () => {
    const capture = httpCapture([
      { fields: [`traceparent: 00-${TRACE}-00f067aa0ba902b7-01`, "baggage: user=42"], path: "/a?token=secret" },
    ]);
    const folder = temporaryFolder({ "a.pcap": capture });
    const written = await trace(TRACE, [`${folder}/a.pcap`], {});
    expect(validate(written, schema)).toEqual([]);
    expect(written.rows).toHaveLength(1);
    expect(JSON.stringify(written)).not.toMatch(/secret|=42/);
    const changed = JSON.parse(JSON.stringify(written).replace('"spanKind"', '"kind"').replace('"method"', '"verb"'));
    expect(validate(changed, schema).length).toBeGreaterThan(0);
  });

  test("the bundled sample, from either end of the trace that broke", async () => {
    const folder = join(root, "samples/ingress-strips");
    const [before, after] = ["4ac69cab3cc0c9e2d77c71d9461a50db", "d8704d37b9bc677aea161de17d771192"];
    for (const id of [before, after]) {
      const written = await trace(id, [folder], { traces: [`${folder}/jaeger.v3.bin`] });
      expect(validate(written, schema)).toEqual([]);
      expect(written.joins).toMatchObject([{ before, after, from: "ingress", to: "frontend", because: "request id", inferred: false }]);
    }
  });

  const lab = join(root, "../shared/lab");
  const scenarios = existsSync(lab) ? ["b3-reinjected-short", "exporter-dns", "grpc-chain", "python-thread-without-context"] : [];
  test.skipIf(scenarios.length === 0)("recordings of the lab (needs ../shared)", async () => {
    for (const name of scenarios) {
      const folder = join(lab, name);
      const captures = readdirSync(folder).filter((file) => /\.pcap(ng)?$/.test(file));
      const traces = join(folder, "jaeger.otlp.json");
      const id = /"traceId":\s*"([0-9a-f]{32})"/.exec(readFileSync(traces, "utf8"))?.[1] ?? "";
      const written = await trace(
        id,
        captures.map((file) => join(folder, file)),
        { traces: [traces] },
      );
      expect(validate(written, schema), name).toEqual([]);
    }
  });
});

test("what both schemas define is defined alike", () => {
  const [own, report] = [schema.$defs as Record<string, Schema>, read("report.schema.json").$defs as Record<string, Schema>];
  for (const name of ["traceId", "spanId", "hopId", "endpoint", "verdict", "parentReason", "join"])
    expect(own[name], name).toEqual(report[name]);
  expect((schema.properties as Record<string, Schema>).joins?.maxItems).toBe(MAX_JOINS_LISTED);
});
