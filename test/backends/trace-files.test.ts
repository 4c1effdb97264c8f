import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { readTraceFile } from "../../src/backends/trace-file-shapes.ts";
import { openTraceFiles } from "../../src/backends/trace-files.ts";
import { otlpBytes, otlpJson, sampleSpan, TRACE } from "../spans/sample-spans.ts";
import { traceId, WINDOW } from "./recording.ts";

const text = (value: unknown): Buffer => Buffer.from(typeof value === "string" ? value : JSON.stringify(value));
const framed = (...records: readonly Uint8Array[]): Buffer => {
  return Buffer.concat(
    records.flatMap((record) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(record.length);
      return [length, record];
    }),
  );
};
/** A zstd frame of one raw block (RFC 8878 §3.1.1): single segment, content size of 4 bytes. */
const zstd = (bytes: Uint8Array): Buffer => {
  const head = Buffer.from("28b52ffda000000000000000", "hex");
  head.writeUInt32LE(bytes.length, 5);
  head.writeUIntLE((bytes.length << 3) | 1, 9, 3);
  return Buffer.concat([head, bytes]);
};

const message = otlpBytes("orders", [sampleSpan()]);
const document = otlpJson("orders", [sampleSpan()]);
const other = otlpBytes("orders", [sampleSpan({ traceId: traceId(2) })]);
const ui = {
  data: [
    {
      traceID: TRACE,
      processes: { p1: { serviceName: "orders" } },
      spans: [{ traceID: TRACE, spanID: "53995c3f42cd8ad8", processID: "p1", startTime: 1, duration: 1 }],
    },
  ],
};

describe("shapes of trace files", () => {
  test.each<[string, Uint8Array]>([
    ["UI JSON", text(ui)],
    ["one trace of UI JSON", text(ui.data[0])],
    ["OTLP JSON", text(document)],
    ["OTLP JSON, indented, with a byte order mark", text(`\ufeff${JSON.stringify(document, null, 2)}`)],
    ["api_v3 over HTTP", text({ result: document })],
    ["a list of documents", text([document])],
    ["lines", text(`${JSON.stringify(document)}\n\n${JSON.stringify(document)}\n`)],
    ["records of protobuf", framed(message, message)],
    ["records of JSON, each packed", framed(zstd(text(document)))],
    ["records of protobuf, each packed", framed(zstd(message))],
    ["a bare message", message],
    ["gzip", gzipSync(text(document))],
    ["gzip in two members", Buffer.concat([gzipSync(text(document)), gzipSync(text(`\n${JSON.stringify(document)}`))])],
    ["zstd", zstd(text(document))],
    ["zstd in many frames", Buffer.concat([...`${JSON.stringify(document)}`].map((letter) => zstd(text(letter))))],
  ])("%s", (_, bytes) => {
    const reading = readTraceFile(bytes);
    expect(reading).toMatchObject({ warnings: [] });
    expect("traces" in reading && reading.traces.map((trace) => [trace.traceId, trace.spans[0]?.resource.service])).toEqual(
      expect.arrayContaining([[TRACE, "orders"]]),
    );
  });

  test.each<[string, Uint8Array, RegExp]>([
    ["nothing", text(""), /^is empty/],
    ["notes", text("# Meeting notes"), /^is no trace export \(it starts with "# Meeting no"\)\. Expected/],
    ["a capture", Buffer.from("d4c3b2a1020004000000000000000000", "hex"), /^is a capture, not a trace export/],
    ["the UI's page", text("<!doctype html><html>"), /^is an HTML page.*\/api\/traces/],
    ["not found", text({ data: null, errors: [{ code: 404, msg: "trace not found" }] }), /^is an error answer of Jaeger.*trace not found/],
    ["not found by api_v3", text({ error: { httpCode: 404, message: "No traces found" } }), /^is an error answer of Jaeger/],
    ["Zipkin", text([{ id: "1", traceId: "2", localEndpoint: {} }]), /^holds Zipkin spans/],
    ["metrics", text({ resourceMetrics: [] }), /^holds OTLP logs or metrics/],
    ["other JSON", text({ name: "x" }), /^is no trace export \(JSON with the keys name\)/],
    ["cut JSON", text(JSON.stringify(document, null, 1).slice(0, 200)), /^looks like JSON and is not/],
    ["zeros", new Uint8Array(4_000), /^is no trace export \(it starts with/],
    ["lists in lists without end", text("[".repeat(60_000) + "]".repeat(60_000)), /^is no trace export: it is JSON, and lists in lists/],
    ["an error without bottom", text(`{"error":${"[".repeat(60_000)}1${"]".repeat(60_000)}}`), /^is an error answer of Jaeger/],
    ["broken gzip", gzipSync(text(document)).subarray(0, 40), /^cannot be unpacked: its gzip is broken/],
    ["broken zstd", zstd(text(document)).subarray(0, 40), /^cannot be unpacked: its zstd is broken/],
  ])("%s is told for what it is", (_, bytes, problem) => {
    expect(readTraceFile(bytes)).toEqual({ problem: expect.stringMatching(problem) });
  });

  test("a file that is still being written: the whole part is read", () => {
    const lines = readTraceFile(text(`${JSON.stringify(document)}\n${JSON.stringify(document).slice(0, 50)}`));
    expect(lines).toMatchObject({ traces: [{ traceId: TRACE }], warnings: [expect.stringMatching(/^line 2 is no whole JSON value/)] });
    const records = readTraceFile(framed(message, message).subarray(0, message.length + 20));
    expect(records).toMatchObject({ traces: [{ traceId: TRACE }], warnings: [expect.stringMatching(/^the last record is cut/)] });
  });

  test("empty records are counted, not read", () => {
    expect(readTraceFile(framed(new Uint8Array(0), message, new Uint8Array(0)))).toMatchObject({
      traces: [{ traceId: TRACE }],
      warnings: ["2 of 3 records are empty"],
    });
    const views = (length: number) => {
      const subarray = vi.spyOn(Uint8Array.prototype, "subarray");
      readTraceFile(new Uint8Array(length));
      const { length: calls } = subarray.mock.calls;
      subarray.mockRestore();
      return calls;
    };
    expect(views(80_000)).toBe(views(40_000));
  });

  test("never throws on any bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void readTraceFile(bytes)));
    fc.assert(fc.property(fc.jsonValue(), (value) => void readTraceFile(text(JSON.stringify(value)))));
    for (const sound of [framed(message), zstd(message), gzipSync(message), text(document)]) {
      fc.assert(
        fc.property(fc.nat(sound.length - 1), fc.nat(255), (at, value) => {
          const broken = Uint8Array.from(sound);
          broken[at] = value;
          void readTraceFile(broken);
        }),
      );
    }
  });
});

describe("trace files as a backend", () => {
  let folder = "";
  const file = (name: string, bytes: Uint8Array): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "traceinspect-files-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("several files are one answer", async () => {
    const low = `${"0".repeat(16)}${traceId(3).slice(16)}`;
    const paths = [
      file("a.json", text(document)),
      file("b.bin", framed(message, other)),
      file("c.json.gz", gzipSync(text(otlpJson("orders", [sampleSpan({ traceId: low })])))),
    ];
    const answer = await openTraceFiles(paths).ask({ traceIds: [TRACE, traceId(3), traceId(4)], window: WINDOW });
    expect(answer).toMatchObject({
      source: paths.join(", "),
      absent: [traceId(4)],
      failed: [],
      respelled: [{ traceId: traceId(3), heldAs: low }],
      warnings: [],
      asked: 3,
      windowSearched: true,
    });
    expect(answer.traces.map((trace) => [trace.traceId, trace.spans.length])).toEqual([
      [low, 1],
      [TRACE, 1],
      [traceId(2), 1],
    ]);
  });

  test("a file without traces is a warning; one that is none ends the run", async () => {
    const empty = file("empty.json", text({ data: [] }));
    expect((await openTraceFiles([empty]).ask({ traceIds: [], window: WINDOW })).warnings).toEqual([`${empty} holds no traces`]);
    const notes = file("notes.txt", text("# notes"));
    await expect(openTraceFiles([notes]).ask({ traceIds: [], window: WINDOW })).rejects.toThrow(`${notes} is no trace export`);
    await expect(openTraceFiles([join(folder, "none")]).ask({ traceIds: [], window: WINDOW })).rejects.toThrow(
      /^cannot read .*none: no such file/,
    );
    await expect(openTraceFiles([folder]).ask({ traceIds: [], window: WINDOW })).rejects.toThrow(/directory/);
  });
});
