#!/usr/bin/env node
// A capture of any size, the same bytes for the same options: services that call services over HTTP/1, HTTP/2 and gRPC, one of two routes without the
// trace context that it came with, and what else is on a wire. The number of open connections stays the same however long it gets.
//   node bench/generate.mjs --bytes 2G [--seed 1] [--mix http1,http2,grpc,noise] [--connections 64] [--truth FILE] [--output FILE] > FILE or pipe
import { closeSync, openSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { CallLane } from "./generator/calls.mjs";
import { Http1 } from "./generator/http1.mjs";
import { Http2 } from "./generator/http2.mjs";
import { NoiseLane } from "./generator/noise.mjs";
import { PacketWriter } from "./generator/packets.mjs";
import { Random } from "./generator/random.mjs";

const STDOUT = 1;
const PORTS = { http1: 8080, http2: 8081, grpc: 8082 };
const UNITS = { "": 1, K: 1e3, M: 1e6, G: 1e9 };

const { values } = parseArgs({
  options: {
    bytes: { type: "string", default: "100M" },
    seed: { type: "string", default: "1" },
    mix: { type: "string", default: "http1,http2,grpc,noise" },
    connections: { type: "string", default: "64" },
    truth: { type: "string" },
    output: { type: "string" },
  },
});

function readBytes(text) {
  const [, digits, unit] = /^(\d+)([KMG]?)$/.exec(text) ?? [];
  if (digits === undefined) fail(`--bytes ${text}: a number with K, M or G`);
  return Number(digits) * UNITS[unit];
}

function fail(message) {
  process.stderr.write(`generate: ${message}\n`);
  process.exit(2);
}

function generate(fd) {
  const bytes = readBytes(values.bytes);
  const random = new Random(Number(values.seed));
  const writer = new PacketWriter(fd);
  const truth = { connections: 0, dns: 0, arp: 0 };
  const world = { random, writer, truth };
  const kinds = values.mix.split(",");
  for (const kind of kinds) if (kind !== "noise") truth[kind] = { requests: 0, withContext: 0, stripped: 0, pipelined: 0 };
  const dialects = {};
  for (const kind of kinds) {
    if (kind !== "noise" && PORTS[kind] === undefined) fail(`--mix ${kind}: one of ${Object.keys(PORTS).join(", ")}, noise`);
    if (kind !== "noise") dialects[kind] = kind === "http1" ? new Http1(world) : new Http2(kind, world);
  }
  // A lane has two connections.
  const count = Math.max(kinds.length, Math.round(Number(values.connections) / 2));
  const lanes = Array.from({ length: count }, (_, index) => {
    const kind = kinds[index % kinds.length];
    return kind === "noise" ? new NoiseLane(index, world) : new CallLane(index, dialects[kind], PORTS[kind], world);
  });
  while (writer.total < bytes) for (const lane of lanes) lane.step();
  for (const lane of lanes) {
    while (!lane.isIdle) lane.step();
    lane.close();
  }
  writer.flush();
  return { bytes: writer.total, packets: writer.packets, seconds: writer.elapsed, openAtATime: 2 * count, ...truth };
}

const fd = values.output === undefined ? STDOUT : openSync(values.output, "w");
try {
  const truth = generate(fd);
  if (values.truth !== undefined) writeFileSync(values.truth, `${JSON.stringify(truth, null, 2)}\n`);
} catch (error) {
  // The reader has seen enough.
  if (error.code !== "EPIPE") throw error;
}
if (values.output !== undefined) closeSync(fd);
