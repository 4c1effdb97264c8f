import { describe, expect, it } from "vitest";
import { standardFormats } from "../../src/propagation/registry.ts";
import type { Field } from "../../src/wire/field.ts";

const TRACE = "5759e988bd862e3fe1be46a994272793";
const SPAN = "53995c3f42cd8ad8";
const NO_HALF = "0".repeat(16);

function read(...fields: (readonly [name: string, value: string])[]) {
  const [only, ...more] = standardFormats.extractAll(fields.map(([name, value]): Field => ({ name, value })));
  expect(more).toEqual([]);
  return only;
}

const malformed = (text: string | RegExp) => ({ malformed: expect.stringMatching(text) });

describe("x-amzn-trace-id", () => {
  const NAME = "X-Amzn-Trace-Id";
  const ROOT = "1-5759e988-bd862e3fe1be46a994272793";

  it.each([
    [`Root=${ROOT};Parent=${SPAN};Sampled=1`, true],
    [`Root=${ROOT}; Parent=${SPAN}; Sampled=0`, false],
    [`Sampled=?;Parent=${SPAN};Root=${ROOT}`, "deferred"],
    [`Self=1-67891234-12456789abcdef012345678;Root=${ROOT};Parent=${SPAN}`, "deferred"],
    [`Root=${ROOT};Parent=${SPAN};Sampled=1;Lineage=1:a87bd80c:1`, true],
  ])("reads %s", (value, sampled) => {
    expect(read([NAME, value])).toMatchObject({ context: { traceId: TRACE, traceIdSeen: ROOT, spanId: SPAN, sampled }, warnings: [] });
  });

  it.each([`Root=${ROOT}`, "Self=1-67891234-12456789abcdef012345678", "Sampled=1", ""])(
    "finds no context and no fault in %o, which a load balancer writes",
    (value) => {
      expect(read([NAME, value])).toBeUndefined();
    },
  );

  it.each([
    [`Parent=${SPAN}`, "Parent comes without Root"],
    ["Root=1-5759e988-bd862e3fe1be46a99427", "ends after 31 of 35 characters of Root"],
    [`Root=${ROOT};Parent=53995c`, "ends after 6 of 16 characters of Parent"],
    [`Root=2-5759e988-bd862e3fe1be46a994272793;Parent=${SPAN}`, "the version of Root"],
    [`Root=${TRACE};Parent=${SPAN}`, "not three parts"],
    [`Root=1-00000000-000000000000000000000000;Parent=${SPAN}`, "all zeroes"],
    [`Root=${ROOT};Parent=${NO_HALF}`, "Parent is all zeroes"],
    [`Root=${ROOT};Parent=${SPAN}, Root=${ROOT};Parent=${SPAN}`, "separated by commas"],
  ])("calls %s malformed", (value, problem) => {
    expect(read([NAME, value])).toMatchObject(malformed(problem));
  });
});

describe("x-datadog-*", () => {
  const IDS = [
    ["x-datadog-trace-id", "16266516598257821587"],
    ["x-datadog-parent-id", "6023947403358210776"],
  ] as const;

  it("is 64 bits, and 128 with _dd.p.tid", () => {
    const lower = 16266516598257821587n.toString(16);
    expect(lower).toBe(TRACE.slice(16));
    expect(read(...IDS)).toMatchObject({ context: { traceId: NO_HALF + lower, spanId: SPAN, sampled: "deferred" } });
    expect(read(...IDS, ["x-datadog-tags", "_dd.p.dm=-4,_dd.p.tid=5759e988bd862e3f"], ["x-datadog-sampling-priority", "2"])).toMatchObject({
      context: { traceId: TRACE, traceIdSeen: "16266516598257821587", sampled: true },
      warnings: [],
    });
  });

  it.each([
    ["-1", false],
    ["0", false],
    ["1", true],
    ["2", true],
  ])("takes priority %s as sampled %o", (priority, sampled) => {
    expect(read(...IDS, ["x-datadog-sampling-priority", priority])).toMatchObject({ context: { sampled }, warnings: [] });
  });

  it.each(["5759E988", "5759E988BD862E3F", "5759e988bd862e3f0"])("drops a wrong upper half with a warning: %s", (half) => {
    expect(read(...IDS, ["x-datadog-tags", `_dd.p.tid=${half}`])).toMatchObject({
      context: { traceId: NO_HALF + TRACE.slice(16) },
      warnings: [expect.stringContaining("_dd.p.tid")],
    });
  });

  it("finds no context where there is no parent", () => {
    expect(read(["x-datadog-trace-id", "1"], ["x-datadog-parent-id", "0"], ["x-datadog-origin", "synthetics"])).toBeUndefined();
    expect(read(["x-datadog-trace-id", "1"])).toBeUndefined();
    expect(read(["x-datadog-sampling-priority", "1"])).toBeUndefined();
  });

  it.each([
    ["18446744073709551616", "not an unsigned decimal number of 64 bits"],
    [TRACE, "not an unsigned decimal"],
    ["", "is empty"],
    ["1, 1", "separated by commas"],
    ["0", "is 0"],
  ])("calls the trace id %o malformed", (value, problem) => {
    expect(read(["x-datadog-trace-id", value], ["x-datadog-parent-id", "1"])).toMatchObject(malformed(problem));
  });
});

describe("x-cloud-trace-context", () => {
  const NAME = "X-Cloud-Trace-Context";

  it.each([
    [`${TRACE}/6023947403358210776;o=1`, true],
    [`${TRACE}/6023947403358210776;o=0`, false],
    [`${TRACE}/6023947403358210776;o=`, "deferred"],
    [`${TRACE}/6023947403358210776`, "deferred"],
  ])("reads %s", (value, sampled) => {
    expect(read([NAME, value])).toMatchObject({ context: { traceId: TRACE, spanId: SPAN, sampled }, warnings: [] });
  });

  it.each([TRACE, `${TRACE}/`, `${TRACE};o=1`, `${TRACE}/;o=1`, `${TRACE}/0;o=1`])("finds no context and no fault in %s", (value) => {
    expect(read([NAME, value])).toBeUndefined();
  });

  it.each([
    [`${TRACE}/${SPAN};o=1`, "SPAN_ID is"],
    [TRACE.slice(0, 20), "ends after 20 of 32 characters of TRACE_ID"],
    [`${TRACE.slice(1)}/1`, "TRACE_ID is not"],
    [`${"0".repeat(32)}/1`, "all zeroes"],
    ["", "empty"],
  ])("calls %o malformed", (value, problem) => {
    expect(read([NAME, value])).toMatchObject(malformed(problem));
  });
});

describe("sw8", () => {
  const text = (value: string) => Buffer.from(value).toString("base64");
  const sw8 = (trace: string, segment: string, span = "3", sample = "1") =>
    [sample, text(trace), text(segment), span, text("a"), text("b"), text("/c"), text("d:1")].join("-");

  it("makes the ids that OpenTelemetry's Collector makes of it", () => {
    // The UUID, its second and third part XORed with the thread and the sequence, both little-endian.
    const id = "56a5e1c519ae4c76a2b8b11d92cead7f.12.16563474296430001";
    const bytes = Buffer.from("56a5e1c519ae4c76a2b8b11d92cead7f", "hex");
    bytes[4]! ^= 12;
    bytes.writeBigUInt64BE(bytes.readBigUInt64BE(8) ^ Buffer.from(leBytes(16563474296430001n)).readBigUInt64BE(0), 8);
    expect(read(["sw8", sw8(id, id, "0")])).toMatchObject({ context: { traceId: bytes.toString("hex"), traceIdSeen: id, sampled: true } });
    const uuid = "de5980b8-fce3-4a37-aab9-b4ac3af7eedd";
    expect(read(["sw8", sw8(uuid, uuid)])).toMatchObject({ context: { traceId: "de5980b8fce34a37aab9b4ac3af7eedd" } });
  });

  function leBytes(value: bigint): Uint8Array {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(value);
    return bytes;
  }

  it("tells spans of a segment apart, and gives any string an id", () => {
    const id = "56a5e1c519ae4c76a2b8b11d92cead7f.12.16563474296430001";
    const spans = ["0", "1", "256"].map((span) => read(["sw8", sw8(id, id, span)]));
    expect(new Set(spans.map((span) => JSON.stringify(span))).size).toBe(3);
    const [one, same, other] = ["1.2.3", "1.2.3", "1.2.4"].map((trace) => read(["sw8", sw8(trace, id)]));
    expect(one).toMatchObject({ context: { traceId: expect.stringMatching(/^[0-9a-f]{32}$/), traceIdSeen: "1.2.3" } });
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
  });

  it("finds nothing in an empty field, which an agent sends that ignores the trace", () => {
    expect(read(["sw8", ""])).toBeUndefined();
  });

  it.each([
    ["1-YQ==-YQ==-1-YQ==", "ends in Parent service: it has 5 of 8 fields"],
    [`${sw8("a", "b")}-x`, "more than 8 fields"],
    [sw8("a", "b", "-1"), "more than 8 fields"],
    [sw8("a", "b", "x"), "Parent span ID is"],
    [sw8("a", "b", "1", "2"), "Sample is"],
    [sw8("", "b"), "Trace ID is empty"],
    ["1-!!-YQ==-1-YQ==-YQ==-YQ==-YQ==", "not a BASE64 string"],
  ])("calls %s malformed", (value, problem) => {
    expect(read(["sw8", value])).toMatchObject(malformed(problem));
  });
});

describe("grpc-trace-bin", () => {
  const bytes = Buffer.from(`0000${TRACE}01${SPAN}0201`, "hex");

  it.each([bytes.toString("base64"), bytes.toString("base64").replaceAll("=", "")])("reads %s", (value) => {
    expect(read(["grpc-trace-bin", value])).toMatchObject({
      context: { traceId: TRACE, spanId: SPAN, sampled: true, flags: 1 },
      warnings: [],
    });
  });

  it("takes absent options as not sampled", () => {
    const value = bytes.subarray(0, 27).toString("base64");
    expect(read(["grpc-trace-bin", value])).toMatchObject({ context: { sampled: false }, warnings: [expect.stringContaining("options")] });
  });

  it.each([
    ["", "empty"],
    ["***", "not BASE64"],
    [bytes.subarray(0, 20).toString("base64"), "ends after 20 of 29 bytes"],
    [Buffer.concat([Buffer.of(1), bytes.subarray(1)]).toString("base64"), "version_id is 1"],
    [`${bytes.toString("base64")},${bytes.toString("base64")}`, "occurs 2 times, with equal values"],
  ])("calls %o malformed", (value, problem) => {
    expect(read(["grpc-trace-bin", value])).toMatchObject(malformed(problem));
  });
});

describe("ot-tracer-*", () => {
  it("reads 16 hex digits, and 32", () => {
    const span = ["ot-tracer-spanid", SPAN] as const;
    expect(read(["Ot-Tracer-Traceid", TRACE.slice(16)], span, ["ot-tracer-sampled", "true"])).toMatchObject({
      context: { traceId: NO_HALF + TRACE.slice(16), traceIdSeen: TRACE.slice(16), spanId: SPAN, sampled: true },
    });
    expect(read(["ot-tracer-traceid", TRACE], span)).toMatchObject({ context: { traceId: TRACE, sampled: "deferred" } });
    expect(read(["ot-tracer-traceid", TRACE])).toMatchObject(malformed("without ot-tracer-spanid"));
    expect(read(span)).toMatchObject(malformed("without ot-tracer-traceid"));
  });
});
