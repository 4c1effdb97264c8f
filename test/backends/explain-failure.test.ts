// What a user reads when Jaeger cannot be asked: the real client against servers that are none.

import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { describe, expect, test } from "vitest";
import { explainFailure, shortReason } from "../../src/backends/explain-failure.ts";
import { type JaegerOptions, openJaeger } from "../../src/backends/jaeger.ts";
import { UserError } from "../../src/wire/user-error.ts";
import { reply, withJaeger } from "./recording.ts";
import type { ReplayCall } from "./replay-server.ts";

const QUESTION = { traceIds: [], window: { from: 0, to: 0 } };

async function complaint(target: string, options: Partial<JaegerOptions> = {}): Promise<string> {
  const backend = openJaeger(
    { target, headers: [], deadlineMs: 20_000, concurrency: 16, maxTraces: 10, ...options },
    { sleep: async () => {} },
  );
  try {
    await backend.ask(QUESTION);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).message;
  } finally {
    backend.close();
  }
  throw new Error("no complaint");
}

async function listening<Result>(server: Server, use: (target: string) => Promise<Result>): Promise<Result> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await use(`127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
  }
}

describe("Jaeger cannot be asked", () => {
  test("nothing listens", async () => {
    const target = await listening(createServer(), async (target) => target);
    expect(await complaint(target)).toBe(
      `nothing answers at ${target} (connection refused). The wire was read without Jaeger; start it, name it with --jaeger HOST:PORT, or give an export with --traces FILE.`,
    );
  });

  test("a plain HTTP server", async () => {
    const message = await listening(
      createHttpServer((_, response) => response.end("hi")),
      complaint,
    );
    expect(message).toMatch(/does not speak gRPC .* gRPC query port is 16685, its UI port 16686\.$/);
  });

  test("a server that hangs up: perhaps TLS", async () => {
    expect(
      await listening(
        createServer((socket) => socket.destroy()),
        complaint,
      ),
    ).toMatch(/may want TLS\. Try --jaeger-tls/);
  });

  test("a server that never answers", async () => {
    await withJaeger({ replies: [], intercept: () => "never answer" }, {}, async ({ server }) => {
      expect(await complaint(server.target, { deadlineMs: 50 })).toMatch(/(did not answer|gRPC server) within 0\.1 s\. /);
    });
  });

  test("gRPC, but no Jaeger", async () => {
    await withJaeger({ replies: [], generations: [] }, {}, async ({ server }) => {
      expect(await complaint(server.target)).toMatch(/speaks gRPC but has no Jaeger query service/);
    });
  });

  test.each([
    [16, "missing tenant header", /wants a tenant.*--header x-tenant=NAME/],
    [16, "no basic auth provided", /user and a password/],
    [16, "token expired", /\(token expired\); give a bearer token with --jaeger-token-file FILE or TRACEINSPECT_JAEGER_TOKEN/],
    [7, "unknown tenant", /does not know this tenant/],
    [7, "no", /forbids reading traces/],
  ])("refused with %i %s", async (code, details, expected) => {
    await withJaeger({ replies: [reply(1)], intercept: (_: ReplayCall) => ({ code, details }) }, {}, async ({ server }) => {
      expect(await complaint(server.target)).toMatch(expected);
    });
  });

  test("options that cannot be sent", () => {
    const options = { target: "localhost", deadlineMs: 1, concurrency: 1, maxTraces: 1 };
    expect(() => openJaeger({ ...options, headers: [["x", "secret\nvalue"]] })).toThrow(UserError);
    expect(() => openJaeger({ ...options, headers: [["x", "secret\nvalue"]] })).not.toThrow(/secret/);
    expect(() => openJaeger({ ...options, headers: [], token: "secret\nvalue" })).toThrow(UserError);
    expect(() => openJaeger({ ...options, headers: [], tls: { cert: new Uint8Array(1) } })).toThrow(/private key/);
    expect(() =>
      openJaeger({ ...options, headers: [], tls: { ca: Buffer.from("no pem"), cert: Buffer.from("x"), key: Buffer.from("y") } }),
    ).toThrow(UserError);
  });
});

describe("explaining", () => {
  const asked = { target: "localhost:16686", secure: false, deadlineMs: 10_000 };

  test("the UI's port is named", () => {
    expect(explainFailure({ code: 14, details: "No connection established. Last error: Protocol error" }, asked)).toBe(
      "localhost:16686 speaks HTTP, not gRPC: that is Jaeger's UI port. The gRPC query port is 16685.",
    );
  });

  test.each([
    [14, "Name resolution failed for target dns:nowhere:16685", /cannot be resolved/],
    [14, "Last error: Error: connect EHOSTUNREACH 10.0.0.1:16685", /no way to/],
    [
      14,
      "Last error: Error: self-signed certificate in certificate chain. Resolution note: ",
      /not trusted \(self-signed certificate in certificate chain\).*--jaeger-ca/,
    ],
    [14, "Error [ERR_TLS_CERT_ALTNAME_INVALID]: Hostname/IP does not match certificate's altnames", /--jaeger-server-name/],
    [14, "error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required", /wants a client certificate/],
    [14, "error:0A00010B:SSL routines:ssl3_get_record:wrong version number", /does not speak TLS/],
    [14, "tlsv1 alert no application protocol", /speaks HTTP/],
    [4, "Deadline exceeded after 3.002s,Waiting for LB pick", /within 10 s.*firewall/],
    [8, "Received message larger than max (1752460652 vs 4194304)", /too large to read/],
    [12, "Received HTTP status code 404", /speaks HTTP/],
    [13, "x", /answered INTERNAL: x/],
    [99, "", /answered status 99/],
  ])("%i %s", (code, details, expected) => {
    const message = explainFailure({ code, details }, asked);
    expect(message).toMatch(expected);
    expect(message).toMatch(/\.$/);
  });

  test("a server's text cannot reach the terminal as it is", () => {
    expect(shortReason({ code: 2, details: `a\u001b[31m\nb${"x".repeat(1000)}` })).toMatch(/^UNKNOWN: a \[31m b?x*/);
    expect(shortReason({ code: 2, details: "\u001b\n".repeat(9) })).toBe("UNKNOWN");
  });
});
