// TLS, with an authority made on the spot.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reply, traceId, withJaeger } from "./recording.ts";

const QUESTION = { traceIds: [traceId(1)], window: { from: 0, to: 0 } };
const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

describe.skipIf(!hasOpenssl)("Jaeger over TLS (needs openssl)", () => {
  let folder = "";
  const pem = (name: string): Buffer => readFileSync(join(folder, name));
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const openssl = (...args: string[]): void => void execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "traceinspect-tls-"));
    writeFileSync(join(folder, "names"), "subjectAltName=DNS:localhost");
    openssl("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=test authority");
    openssl("req", ...key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost");
    openssl(
      "x509",
      "-req",
      "-in",
      "server.csr",
      "-CA",
      "ca.pem",
      "-CAkey",
      "ca.key",
      "-CAcreateserial",
      "-days",
      "2",
      "-extfile",
      "names",
      "-out",
      "server.pem",
    );
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const replay = () => ({ replies: [reply(1)], tls: { cert: pem("server.pem"), key: pem("server.key") } });

  test("with the authority given it works", async () => {
    const answer = await withJaeger(replay(), { tls: { ca: pem("ca.pem") } }, ({ backend }) => backend.ask(QUESTION));
    expect(answer.traces).toHaveLength(1);
  });

  test("an authority that nobody knows", async () => {
    await withJaeger(replay(), { tls: {} }, async ({ backend }) => {
      await expect(backend.ask(QUESTION)).rejects.toThrow(/certificate of localhost:\d+ is not trusted .*--jaeger-ca FILE/);
    });
  });

  test("a certificate for another name", async () => {
    await withJaeger(replay(), { tls: { ca: pem("ca.pem"), serverName: "jaeger.example" } }, async ({ backend }) => {
      await expect(backend.ask(QUESTION)).rejects.toThrow(/is for another name.*--jaeger-server-name/);
    });
  });

  test("plaintext to a TLS port, TLS to a plaintext port", async () => {
    await withJaeger(replay(), {}, async ({ backend }) => {
      await expect(backend.ask(QUESTION)).rejects.toThrow(/it may want TLS/);
    });
    await withJaeger({ replies: [] }, { tls: { ca: pem("ca.pem") } }, async ({ backend }) => {
      await expect(backend.ask(QUESTION)).rejects.toThrow(/does not speak TLS/);
    });
  });
});
