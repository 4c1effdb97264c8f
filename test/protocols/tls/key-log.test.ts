// Key logs: their lines, in any pieces, and what is none of them.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KeyLog, type KeyWaiter } from "../../../src/protocols/tls/key-log.ts";
import { MAX_KEY_LOG_LINE_BYTES, MAX_WAITING_TLS_CONNECTIONS } from "../../../src/wire/limits.ts";
import { keyLogOf } from "./key-log-of.ts";

const RANDOM = "ab".repeat(32);
const MASTER = "01".repeat(48);
const SECRET = "02".repeat(32);
const bytes = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));

describe("key log", () => {
  it("reads the labels of all versions, in any letter case, with comments and line ends of any kind", () => {
    const keyLog = keyLogOf(
      `# a comment\r\nCLIENT_RANDOM ${RANDOM.toUpperCase()} ${MASTER}\r\n\nCLIENT_TRAFFIC_SECRET_0 ${RANDOM} ${SECRET}\nEXPORTER_SECRET ${RANDOM} ${SECRET}\nSERVER_TRAFFIC_SECRET_0 ${RANDOM} ${SECRET.repeat(1.5)}`,
    );
    expect(Object.keys(keyLog.find(RANDOM) ?? {}).sort()).toEqual(["clientTraffic", "master", "serverTraffic"]);
    expect([keyLog.lines, keyLog.strangeLines]).toEqual([3, 0]);
  });

  it("reads master secrets by session id", () => {
    const keyLog = keyLogOf(`RSA Session-ID:ABCD Master-Key:${MASTER}\nRSA Session-ID:xy Master-Key:${MASTER}\nRSA 0011 ${MASTER}`);
    expect(keyLog.findSession("abcd")).toEqual(Uint8Array.from(Buffer.from(MASTER, "hex")));
    expect(keyLog.lines).toBe(1);
  });

  it.each([
    [`CLIENT_RANDOM ${RANDOM} ${SECRET}`],
    [`CLIENT_RANDOM ${RANDOM.slice(1)} ${MASTER}`],
    [`CLIENT_TRAFFIC_SECRET_0 ${RANDOM} ${SECRET}0`],
    [`CLIENT_TRAFFIC_SECRET_0 ${RANDOM}`],
    ["-----BEGIN PRIVATE KEY-----"],
    ["x".repeat(10 * MAX_KEY_LOG_LINE_BYTES)],
  ])("passes over %.40s", (line) => {
    const keyLog = keyLogOf(`${line}\nCLIENT_RANDOM ${RANDOM} ${MASTER}\n`);
    expect([keyLog.lines, keyLog.strangeLines]).toEqual([1, 1]);
  });

  it("any pieces: the same secrets; any bytes: no exception and little memory", () => {
    const line = fc.oneof(
      fc.constantFrom(`CLIENT_RANDOM ${RANDOM} ${MASTER}`, `CLIENT_TRAFFIC_SECRET_0 ${RANDOM} ${SECRET}`, "# comment", ""),
      fc.string({ maxLength: 40, unit: "binary-ascii" }),
      fc.uint8Array({ maxLength: 40 }).map((some) => Buffer.from(some).toString("latin1")),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.integer({ min: 1, max: 300 }), (lines, size) => {
        const text = bytes(lines.join("\n"));
        const whole = new KeyLog();
        whole.push(text);
        whole.endInput();
        const cut = new KeyLog();
        for (let at = 0; at < text.length; at += size) cut.push(text.subarray(at, at + size));
        cut.endInput();
        expect(cut).toEqual(whole);
      }),
    );
  });

  it("tells who waits, once for the lines of one input", () => {
    const keyLog = new KeyLog();
    const told: string[] = [];
    const waiter: KeyWaiter = {
      keysCame: () => {
        told.push(Object.keys(keyLog.find(RANDOM) ?? {}).join(" "));
        keyLog.stopWaiting(RANDOM, waiter);
      },
      noKeysCome: () => told.push("none"),
    };
    expect(keyLog.wait(RANDOM, waiter)).toBe(true);
    keyLog.push(bytes(`CLIENT_TRAFFIC_SECRET_0 ${RANDOM} ${SECRET}\nSERVER_TRAFFIC_SECRET_0 ${RANDOM} ${SECRET}\n`));
    expect(told).toEqual(["clientTraffic serverTraffic"]);
    keyLog.end();
    expect(told).toHaveLength(1);
  });

  it("lets only so many wait, and tells them all at the end", () => {
    const keyLog = new KeyLog();
    let told = 0;
    const waiter = () => ({ keysCame() {}, noKeysCome: () => void told++ });
    for (let i = 0; i < MAX_WAITING_TLS_CONNECTIONS; i++) expect(keyLog.wait(RANDOM, waiter())).toBe(true);
    expect(keyLog.wait(RANDOM, waiter())).toBe(false);
    keyLog.end();
    expect(told).toBe(MAX_WAITING_TLS_CONNECTIONS);
    expect(keyLog.wait(RANDOM, waiter())).toBe(true);
  });
});
