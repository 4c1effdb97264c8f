// `--keylog`: what is read, and what is said of files that open nothing.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readKeyLogs, unusedKeys } from "../../src/commands/key-logs.ts";
import type { TlsHandshake } from "../../src/protocols/observation.ts";

const LINE = `CLIENT_RANDOM ${"ab".repeat(32)} ${"01".repeat(48)}\n`;

describe("key logs of the command line", () => {
  let folder = "";
  const file = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "traceinspect-keys-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("are read together, and may be read again", async () => {
    const paths = [file("a.log", LINE), file("b.log", LINE.replaceAll("ab", "cd").trimEnd())];
    const { keyLog, warnings } = await readKeyLogs(paths);
    expect([keyLog.find("ab".repeat(32))?.master?.length, keyLog.find("cd".repeat(32))?.master?.length]).toEqual([48, 48]);
    expect(await readKeyLogs(paths, keyLog)).toEqual({ keyLog, warnings });
    expect(warnings).toEqual([]);
  });

  it("that are none end in a sentence", async () => {
    await expect(readKeyLogs([join(folder, "absent.log")])).rejects.toThrow(/absent\.log cannot be read \(no such file\)/);
    await expect(readKeyLogs([folder])).rejects.toThrow(/cannot be read/);
    const pem = file("server.key", "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n");
    await expect(readKeyLogs([pem])).rejects.toThrow(/is no TLS key log.*private key opens nothing/);
    const binary = file(
      "binary",
      Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7919) & 255),
    );
    await expect(readKeyLogs([binary])).rejects.toThrow(/is no TLS key log/);
  });

  it("that are empty are a warning", async () => {
    const { warnings } = await readKeyLogs([file("empty.log", "# SSL/TLS secrets log file\n")]);
    expect(warnings).toEqual([expect.stringContaining("holds no secrets")]);
  });

  it("that opened nothing are told, where there was TLS", () => {
    const tls = (isDecrypted: boolean, undecrypted: TlsHandshake["undecrypted"]) => ({ isDecrypted, undecrypted }) as TlsHandshake;
    expect(unusedKeys(["a"], [])).toEqual([]);
    expect(unusedKeys([], [tls(false, "no keys")])).toEqual([]);
    expect(unusedKeys(["a"], [tls(false, "no keys"), tls(true, undefined)])).toEqual([]);
    expect(unusedKeys(["a"], [tls(false, "no keys")])).toEqual([expect.stringContaining("none of the secrets")]);
    expect(unusedKeys(["a"], [tls(false, "joined mid-connection")])).toEqual([expect.stringContaining("began after the TLS handshakes")]);
  });
});
