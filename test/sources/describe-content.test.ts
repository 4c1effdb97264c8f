import { describe, expect, it } from "vitest";
import { describeContent } from "../../src/sources/describe-content.ts";
import { concat, text } from "../capture/build-captures.ts";

const erf = Uint8Array.of(0, 0, 0, 0, 0x30, 0x2a, 0x5a, 0x65, 2, 4, 0, 78, 0, 0, 0, 60);
const tar = concat(text("pods/c0.pcap"), new Uint8Array(245), text("ustar\0"), new Uint8Array(100));

describe("describeContent", () => {
  it.each<[Uint8Array, string]>([
    [new Uint8Array(0), "it is empty"],
    [text("# Meeting notes"), 'it starts with "# Meeti"'],
    [text("PK\x03\x04"), "it is a zip archive; unpack it first"],
    [Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1), "it is an ELF program"],
    [Uint8Array.of(0x89, 0x50, 0x4e, 0x47), "it is a PNG picture"],
    [text("snoop\0\0\0\0\0\0\x02"), "it is a snoop capture; convert it with editcap -F pcapng"],
    [erf, "it looks like an Endace ERF capture; convert it with editcap -F pcapng"],
    [tar, "it is a tar archive; unpack it first"],
    [text('{"data":[{"traceID":"4bf9'), "it is a Jaeger trace export; give it with --traces"],
    [text('{\n  "data": [\n    { "traceID": "4bf9"'), "it is a Jaeger trace export; give it with --traces"],
    [text('{"resourceSpans":[{"resource"'), "it is an OTLP trace export; give it with --traces"],
    [text('{"result":{"resourceSpans":[{'), "it is an OTLP trace export; give it with --traces"],
    [text('[{"a":1}]'), "it is JSON"],
    [text("<!DOCTYPE html><html>"), "it is a web page; was the download behind a login?"],
    [text("CLIENT_RANDOM 0a0b"), "it is a TLS key log; give it with --keylog"],
    [text("# SSL/TLS secrets log file\nCLIENT_HANDSHAKE_TRAFFIC_SECRET 0a0b"), "it is a TLS key log; give it with --keylog"],
    [Uint8Array.of(1, 2, 3, 0xff), "it starts with the bytes 01 02 03 ff"],
  ])("%#: %s", (start, expected) => {
    expect(describeContent(start)).toBe(expected);
  });
});
