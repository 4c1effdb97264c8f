// Captures whose TLS secrets are known, against what tshark decrypts with them.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { KeyLog } from "../../src/protocols/tls/key-log.ts";
import { CORPUS, isCorpusPresent, readCaptureFile } from "./read-captures.ts";

const LAB = "../shared/lab";
const hasTshark = spawnSync("tshark", ["--version"]).status === 0;

/** Captures with a key log in the corpus' index, and recordings with one. */
function list(): { capture: string; keyLog: string | undefined }[] {
  const rows = isCorpusPresent ? readFileSync(join(CORPUS, "INDEX.tsv"), "utf8").trimEnd().split("\n") : [];
  const [header = "", ...captures] = rows;
  const column = header.split("\t").indexOf("tls_keys");
  const corpus = captures.flatMap((row) => {
    const fields = row.split("\t");
    const keys = fields[column] ?? "";
    if (keys === "" || keys === "no") return [];
    const keyLog = join(CORPUS, keys);
    return [
      {
        capture: join(CORPUS, "captures", fields[0] ?? ""),
        keyLog: keys.startsWith("keylogs/") && existsSync(keyLog) ? keyLog : undefined,
      },
    ];
  });
  const folders = existsSync(LAB) ? readdirSync(LAB).filter((folder) => existsSync(join(LAB, folder, "keys.log"))) : [];
  const lab = folders.flatMap((folder) =>
    readdirSync(join(LAB, folder))
      .filter((file) => /\.pcap(ng)?$/.test(file))
      .map((file) => ({ capture: join(LAB, folder, file), keyLog: join(LAB, folder, "keys.log") })),
  );
  return [...corpus, ...lab].filter(({ capture }) => !capture.endsWith(".zst"));
}

/** `frame stream method target`, of requests inside TLS over TCP. */
function tsharkRequests(capture: string, keyLog: string | undefined): string[] {
  const keys = keyLog === undefined ? [] : ["-o", `tls.keylog_file:${keyLog}`];
  const fields = ["tcp.srcport", "http.request.method", "http.request.uri"].flatMap((field) => ["-e", field]);
  const args = ["-r", capture, ...keys, "-Y", "http.request and tls and tcp", "-T", "fields", ...fields];
  const lines = execFileSync("tshark", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).split("\n");
  return lines
    .filter((line) => line !== "")
    .flatMap((line) => {
      const [port = "", methods = "", targets = ""] = line.split("\t");
      const paths = targets.split(",").map((target) => target.split("?")[0]);
      return methods.split(",").map((method, i) => `${port} ${method} ${paths[i]}`);
    });
}

/** HTTP/2 connections: those whose client's preface tshark decrypted. */
function tsharkPrefaces(capture: string, keyLog: string | undefined): number {
  const keys = keyLog === undefined ? [] : ["-o", `tls.keylog_file:${keyLog}`];
  const args = ["-r", capture, ...keys, "-Y", "http2.magic and tls and tcp", "-T", "fields", "-e", "tcp.stream"];
  const out = execFileSync("tshark", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return new Set(out.split("\n").filter((line) => line !== "")).size;
}

/** RC4 is no part of what is decrypted: OpenSSL 3, and with it Node, offers it no more. */
const UNREAD: ReadonlyMap<string, string> = new Map([
  ["pcapfs/system/system-tests.pcap", "TLS_RSA_WITH_RC4_128_MD5"],
  ["pcapfs/system/system-tests.pcapng", "TLS_RSA_WITH_RC4_128_MD5"],
]);

describe.skipIf(!isCorpusPresent || !hasTshark)("TLS with key logs, against tshark (needs ../shared and tshark)", () => {
  it.each(list())("$capture", ({ capture, keyLog: path }) => {
    const keyLog = new KeyLog();
    if (path !== undefined) {
      keyLog.push(Uint8Array.from(readFileSync(path)));
      keyLog.endInput();
    }
    const { http, tls, connections } = readCaptureFile(capture, new Set(), keyLog);
    const isTls = new Set(tls.map(({ client, server }) => `${client.port} ${server.port}`));
    const ours = http.flatMap(({ version, request, client, server }) =>
      version !== "2" && request !== undefined && isTls.has(`${client.port} ${server.port}`)
        ? [`${client.port} ${request.method} ${request.path}`]
        : [],
    );
    const unread = UNREAD.get(capture.slice(join(CORPUS, "captures/").length));
    if (unread === undefined) {
      expect(ours.sort()).toEqual(tsharkRequests(capture, path).sort());
      const http2 = connections.filter(
        ({ protocol, client, server }) => protocol === "HTTP/2" && isTls.has(`${client.port} ${server.port}`),
      );
      expect(http2.length).toBe(tsharkPrefaces(capture, path));
    } else {
      expect(tls).toMatchObject([{ cipherSuite: unread, undecrypted: "unsupported" }]);
      expect(ours).toEqual([]);
    }
  });
});
