// Real peers over loopback: what they send is read as it passes.

import { execFile } from "node:child_process";
import { once } from "node:events";
import { connect as connectHttp2, createServer, type IncomingHttpHeaders } from "node:http2";
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from "node:net";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Side } from "../../../src/wire/endpoint.ts";
import { Conversation } from "../../tcp/build-packets.ts";
import { describeExchange, observe } from "../observe.ts";

const server = createServer();
const asked: IncomingHttpHeaders[] = [];
server.on("stream", (stream, fields) => {
  asked.push(fields);
  stream.on("error", () => {});
  if (fields[":path"] === "/reset") {
    stream.close(2);
    return;
  }
  const isGrpc = fields["content-type"] === "application/grpc";
  const status = fields[":path"] === "/missing" ? 404 : 200;
  stream.respond({ ":status": status, "content-type": isGrpc ? "application/grpc" : "text/plain" }, { waitForTrailers: isGrpc });
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.resume();
  stream.on("end", () => stream.end("x".repeat(40_000)));
});

/** A tap between a client and the server: each connection is a list of what was sent, in order. */
const taps: (readonly [Side, Uint8Array])[][] = [];
const tap = createTcpServer((client: Socket) => {
  const sent: (readonly [Side, Uint8Array])[] = [];
  taps.push(sent);
  const upstream = connect((server.address() as AddressInfo).port, "127.0.0.1");
  client.on("data", (bytes) => {
    sent.push(["client", Uint8Array.from(bytes)]);
    upstream.write(bytes);
  });
  upstream.on("data", (bytes) => {
    sent.push(["server", Uint8Array.from(bytes)]);
    client.write(bytes);
  });
  for (const [one, other] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    one.on("close", () => other.destroy());
    one.on("error", () => other.destroy());
  }
});

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  tap.listen(0, "127.0.0.1");
  await Promise.all([once(server, "listening"), once(tap, "listening")]);
});
afterAll(() => {
  tap.close();
  server.close();
});

const origin = () => `http://127.0.0.1:${(tap.address() as AddressInfo).port}`;

function seen(size = Number.POSITIVE_INFINITY) {
  const talk = new Conversation().open();
  for (const [from, bytes] of taps.at(-1)!) talk.send(from, bytes, size);
  return observe(talk.close().packets);
}

describe("real peers", () => {
  it("node:http2, many streams at a time", async () => {
    const session = connectHttp2(origin());
    asked.length = 0;
    const paths = Array.from({ length: 40 }, (_, i) => (i % 10 === 9 ? "/missing" : i % 10 === 8 ? "/reset" : `/shop.Prices/Get${i}`));
    await Promise.all(
      paths.map(async (path, i) => {
        const stream = session.request({
          ":method": "POST",
          ":path": path,
          "content-type": "application/grpc",
          traceparent: `00-${String(i).padStart(32, "0")}-00000000000000ab-01`,
          cookie: "secret=1",
        });
        stream.on("error", () => {});
        stream.end("y".repeat(100 * i));
        stream.resume();
        await new Promise((done) => stream.on("close", done));
      }),
    );
    session.destroy();
    await once(session, "close");
    for (const size of [Number.POSITIVE_INFINITY, 1_448, 100]) {
      const { http, anomalies } = seen(size);
      expect(anomalies).toEqual([]);
      expect(http.map(({ request }) => request?.path).sort()).toEqual([...paths].sort());
      for (const { request, response, incomplete, grpc } of http) {
        expect(request?.isHeadComplete).toBe(true);
        const fields = asked.find((each) => each.traceparent === request?.fields.find(({ name }) => name === "traceparent")?.value);
        expect(fields?.[":path"]).toBe(request?.path);
        if (request?.path === "/reset") expect(incomplete).toBe("reset");
        else {
          expect(incomplete).toBeUndefined();
          expect(response).toMatchObject({ status: request?.path === "/missing" ? 404 : 200, bodyLength: 40_000 });
          expect(grpc?.status).toBe(0);
        }
      }
    }
  });

  it("curl, by prior knowledge", async (test) => {
    const run = promisify(execFile);
    const version = await run("curl", ["--version"]).catch(() => ({ stdout: "" }));
    if (!version.stdout.includes("HTTP2")) test.skip();
    const args = ["-s", "-o", "/dev/null", "--http2-prior-knowledge", "-H", "traceparent: 00-1-2-01", "-d", "four"];
    await run("curl", [...args, `${origin()}/a?q=1`]);
    const { http, anomalies } = seen();
    expect(anomalies).toEqual([]);
    expect(http.map(describeExchange)).toEqual(["POST /a 200"]);
    for (const { request } of http) {
      expect(request).toMatchObject({ bodyLength: 4, hiddenFields: 0 });
      expect(request?.fields).toContainEqual({ name: "traceparent", value: "00-1-2-01" });
    }
  });
});
