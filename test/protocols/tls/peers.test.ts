// Real TLS between two Node processes' worth of OpenSSL, over loopback: what is decrypted is what was said.

import { constants } from "node:crypto";
import type { SecureContextOptions, TLSSocket } from "node:tls";
import { beforeAll, describe, expect, it } from "vitest";
import { describeExchange, observe } from "../observe.ts";
import { hasOpenssl, makeCertificate } from "./certificates.ts";
import { keyLogOf } from "./key-log-of.ts";
import { packetsOf, REQUEST, RESPONSE, type Recording, recordSession, startServer } from "./record-session.ts";

const TWO_TURNS = [
  [REQUEST, RESPONSE],
  [REQUEST.replace("/7", "/8"), RESPONSE.replace("hello", "world")],
] as const;
const EXCHANGES = ["GET /orders/7 200", "GET /orders/8 200"];

type Keys = { readonly key: Buffer; readonly cert: Buffer };

describe.skipIf(!hasOpenssl)("TLS between real peers (needs openssl for certificates)", () => {
  let ec: Keys;
  let rsa: Keys;
  beforeAll(() => {
    ec = makeCertificate("ec");
    rsa = makeCertificate("rsa");
  });

  async function record(options: SecureContextOptions & { ALPNProtocols?: string[] }, between?: (client: TLSSocket) => void) {
    const keys = options.ciphers?.includes("ECDSA") === true ? ec : rsa;
    const server = await startServer({ ...keys, ...options });
    try {
      return await recordSession(server, {
        client: { ...options, ALPNProtocols: ["http/1.1"] },
        turns: TWO_TURNS,
        ...(between ? { between } : {}),
      });
    } finally {
      server.close();
    }
  }

  function expectRead({ pieces, keyLog }: Recording) {
    const sizes = [undefined, 1000, 7];
    const seen = sizes.map((size) => observe(packetsOf(pieces, size).packets, undefined, keyLogOf(keyLog)));
    for (const { http, tls, anomalies, connections } of seen) {
      expect(http.map(describeExchange)).toEqual(EXCHANGES);
      expect(http[0]?.request?.fields.map(({ name }) => name.toLowerCase())).toEqual(["host", "traceparent"]);
      expect(anomalies).toEqual([]);
      expect(connections.map(({ protocol }) => protocol)).toEqual(["HTTP/1"]);
      expect(tls).toMatchObject([{ isDecrypted: true, undecrypted: undefined, outcome: "established", sni: "orders.shop" }]);
    }
    const without = observe(packetsOf(pieces).packets);
    expect(without.http).toEqual([]);
    expect(without.tls).toMatchObject([{ isDecrypted: false, undecrypted: "no keys", outcome: "established", alert: undefined }]);
    return seen[0]!.tls[0]!;
  }

  it.each([
    ["TLS_AES_128_GCM_SHA256"],
    ["TLS_AES_256_GCM_SHA384"],
    ["TLS_CHACHA20_POLY1305_SHA256"],
    ["TLS_AES_128_CCM_SHA256"],
    ["TLS_AES_128_CCM_8_SHA256"],
  ])("TLS 1.3 with %s", async (ciphers) => {
    const { version, cipherSuite } = expectRead(await record({ ciphers, minVersion: "TLSv1.3", ALPNProtocols: ["http/1.1"] }));
    expect([version, cipherSuite]).toEqual(["TLS 1.3", ciphers]);
  });

  it.each([
    ["ECDHE-ECDSA-AES128-GCM-SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"],
    ["ECDHE-RSA-AES256-GCM-SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"],
    ["AES128-GCM-SHA256", "TLS_RSA_WITH_AES_128_GCM_SHA256"],
    ["ECDHE-RSA-CHACHA20-POLY1305", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"],
    ["ECDHE-ECDSA-AES128-CCM", "TLS_ECDHE_ECDSA_WITH_AES_128_CCM"],
    ["ECDHE-ECDSA-AES256-CCM8", "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8"],
    ["ECDHE-RSA-AES128-SHA", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"],
    ["ECDHE-RSA-AES128-SHA256", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"],
    ["ECDHE-RSA-AES256-SHA384", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"],
    ["CAMELLIA128-SHA", "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA"],
  ])("TLS 1.2 with %s, encrypt-then-mac and without", async (ciphers, name) => {
    for (const secureOptions of [0, constants.SSL_OP_NO_ENCRYPT_THEN_MAC ?? NO_ENCRYPT_THEN_MAC]) {
      const recording = await record({
        ciphers: `${ciphers}:@SECLEVEL=0`,
        maxVersion: "TLSv1.2",
        secureOptions,
        ALPNProtocols: ["http/1.1"],
      });
      const { version, cipherSuite, alpn } = expectRead(recording);
      expect([version, cipherSuite, alpn]).toEqual(["TLS 1.2", name, "http/1.1"]);
    }
  });

  it.each(["TLSv1", "TLSv1.1"] as const)("%s: MD5 and SHA-1, chained IVs", async (version) => {
    const options = { minVersion: version, maxVersion: version, ciphers: "AES128-SHA:@SECLEVEL=0", ALPNProtocols: ["http/1.1"] };
    expectRead(await record(options));
    expectRead(await record({ ...options, secureOptions: NO_ENCRYPT_THEN_MAC }));
  });

  it.each([
    ["TLS 1.3 pre-shared keys", { minVersion: "TLSv1.3" }],
    ["TLS 1.2 tickets", { maxVersion: "TLSv1.2" }],
    ["TLS 1.2 session ids", { maxVersion: "TLSv1.2", secureOptions: constants.SSL_OP_NO_TICKET }],
  ] as const)("resumption: %s, from the key log of the first session where it is enough", async (_, options) => {
    const server = await startServer({ ...rsa, ...options });
    const sessions = new Map<string, Buffer>();
    server.server.on("newSession", (id: Buffer, data: Buffer, done: () => void) => {
      sessions.set(id.toString("hex"), data);
      done();
    });
    server.server.on("resumeSession", (id: Buffer, done: (error: Error | null, data: Buffer | null) => void) =>
      done(null, sessions.get(id.toString("hex")) ?? null),
    );
    try {
      const first = await recordSession(server, { client: { ...options }, turns: TWO_TURNS });
      const second = await recordSession(server, { client: { ...options, session: first.session! }, turns: TWO_TURNS });
      expect(expectRead(second).isResumed).toBe(true);
      const both = [
        ...packetsOf(first.pieces, undefined, { clientPort: 40_001 }).packets,
        ...packetsOf(second.pieces, undefined, { clientPort: 40_002 }).packets,
      ];
      const { http, tls } = observe(both, undefined, keyLogOf(first.keyLog));
      expect(http).toHaveLength("maxVersion" in options ? 4 : 2);
      expect(tls.map(({ isResumed }) => isResumed)).toEqual([false, true]);
    } finally {
      server.close();
    }
  });

  it.each([
    ["NULL-SHA256", "TLSv1.2", "TLS_RSA_WITH_NULL_SHA256"],
    ["NULL-SHA", "TLSv1.2", "TLS_RSA_WITH_NULL_SHA"],
    ["NULL-MD5", "TLSv1.2", "TLS_RSA_WITH_NULL_MD5"],
    ["NULL-SHA", "TLSv1", "TLS_RSA_WITH_NULL_SHA"],
    ["ECDHE-RSA-NULL-SHA", "TLSv1.1", "TLS_ECDHE_RSA_WITH_NULL_SHA"],
  ] as const)("%s in %s encrypts nothing: read with keys and without", async (ciphers, version, name) => {
    const options = { ciphers: `${ciphers}:@SECLEVEL=0`, minVersion: version, maxVersion: version, ALPNProtocols: ["http/1.1"] } as const;
    const { pieces, keyLog } = await record({ ...options, ALPNProtocols: ["http/1.1"] });
    for (const size of [undefined, 1000, 7])
      for (const keys of [keyLog, ""]) {
        const { http, tls, anomalies } = observe(packetsOf(pieces, size).packets, undefined, keyLogOf(keys));
        expect(http.map(describeExchange)).toEqual(EXCHANGES);
        expect(tls).toMatchObject([{ isDecrypted: true, undecrypted: undefined, cipherSuite: name, outcome: "established" }]);
        expect(anomalies).toEqual([]);
      }
    const { packets } = packetsOf(pieces);
    const first = packets.findIndex(({ bytes }) => Buffer.from(bytes).includes("/orders/7"));
    for (const keys of [keyLog, ""]) {
      const { http } = observe(packets.toSpliced(first, 1), undefined, keyLogOf(keys));
      expect(http.map(describeExchange)).toContain(EXCHANGES[1]);
      expect(http.map(describeExchange)).not.toContain("GET /orders/8 200 gap");
    }
  });

  it.each(["AES128-GCM-SHA256", "ECDHE-RSA-AES256-SHA384", "NULL-SHA256"])("renegotiation with %s", async (ciphers) => {
    const options = { ciphers: `${ciphers}:@SECLEVEL=0`, maxVersion: "TLSv1.2", ALPNProtocols: ["http/1.1"] } as const;
    const recording = await record({ ...options, ALPNProtocols: ["http/1.1"] }, (client) => {
      client.renegotiate({ rejectUnauthorized: false }, () => undefined);
    });
    const [first, ...more] = recording.keyLog.match(/CLIENT_RANDOM.*\n/g) ?? [];
    expect(more).not.toEqual([]);
    if (!ciphers.startsWith("NULL")) expectRead(recording);
    for (const size of [undefined, 9]) {
      const { http, tls } = observe(packetsOf(recording.pieces, size).packets, undefined, keyLogOf(first ?? ""));
      expect(http.map(describeExchange)[0]).toBe(EXCHANGES[0]);
      expect(tls[0]).toMatchObject({ isDecrypted: true, undecrypted: ciphers.startsWith("NULL") ? undefined : "no keys" });
    }
  });

  it("a HelloRetryRequest", async () => {
    const server = await startServer({ ...rsa, minVersion: "TLSv1.3", ecdhCurve: "P-384" });
    try {
      const client = { minVersion: "TLSv1.3", ecdhCurve: "X25519:P-384" } as const;
      const recording = await recordSession(server, { client, turns: TWO_TURNS });
      // Two ServerHellos, the first of which only asks again.
      expect(recording.pieces.filter(({ from }) => from === "server").length).toBeGreaterThan(2);
      expectRead(recording);
    } finally {
      server.close();
    }
  });

  it("secrets that come in the middle of the capture, or behind it", async () => {
    const recording = await record({ minVersion: "TLSv1.3" });
    const { packets } = packetsOf(recording.pieces);
    for (const at of [5, 8, 12, packets.length]) {
      const { http, tls } = observe(packets, undefined, undefined, { at, keyLog: recording.keyLog });
      expect(http.map(describeExchange)).toEqual(EXCHANGES);
      expect(tls).toMatchObject([{ isDecrypted: true, undecrypted: undefined }]);
    }
  });

  it("traffic secrets without handshake secrets", async () => {
    const recording = await record({ minVersion: "TLSv1.3" });
    const keyLog = recording.keyLog.replace(/^(CLIENT|SERVER)_HANDSHAKE_TRAFFIC_SECRET.*$/gm, "");
    const { http } = observe(packetsOf(recording.pieces).packets, undefined, keyLogOf(keyLog));
    expect(http.map(describeExchange)).toEqual(EXCHANGES);
  });

  it("secrets of another connection, spoilt secrets", async () => {
    const recording = await record({ minVersion: "TLSv1.3" });
    const spoilt = recording.keyLog.replaceAll(/[0-9a-f]{6}$/gm, "000000");
    const { http, tls } = observe(packetsOf(recording.pieces).packets, undefined, keyLogOf(spoilt));
    expect(http).toEqual([]);
    expect(tls).toMatchObject([{ isDecrypted: false, undecrypted: "wrong keys" }]);
  });
});

/** OpenSSL's option, which Node's constants leave out. */
const NO_ENCRYPT_THEN_MAC = 0x80000;
