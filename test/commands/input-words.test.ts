// The commands that a report proposes see what the report saw.

import { describe, expect, test } from "vitest";
import { readInspectOptions } from "../../src/cli/read-values.ts";
import { inputWords } from "../../src/commands/report-inspection.ts";

describe("options of proposed commands", () => {
  test.each([
    ["", {}, undefined],
    ["--jaeger", {}, "localhost:16685"],
    ["--jaeger jaeger:1 --jaeger-ca ca.pem", { jaegerCa: "ca.pem", header: ["x-tenant=shop"] }, "jaeger:1"],
    ["--traces 'my traces.json' --keylog keys.log", { traces: ["my traces.json"], keylog: ["keys.log"] }, undefined],
    ["--names names.txt", { names: "names.txt" }, undefined],
    ["--pairing full", { pairing: "full" }, undefined],
    ["--propagation-format 'acme=x-a,(?<traceId>.*)'", { propagationFormat: ["acme=x-a,(?<traceId>.*)"] }, undefined],
  ] as const)("%s", (words, values, jaeger) => {
    expect(inputWords(readInspectOptions(values, jaeger))).toBe(words);
  });
});
