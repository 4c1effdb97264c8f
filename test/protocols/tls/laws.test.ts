// Laws of TLS with keys: any pieces, any cut, a gap anywhere, any bytes.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_TLS_TRIALS } from "../../../src/wire/limits.ts";
import { Conversation, snap } from "../../tcp/build-packets.ts";
import { essence, observe } from "../observe.ts";
import { keyLogOf } from "./key-log-of.ts";
import { packetsOf } from "./record-session.ts";
import { SealedSession } from "./seal.ts";

const word = fc.string({ minLength: 1, maxLength: 10, unit: fc.constantFrom(..."abcdefghij0123456789-") });
const turn = fc
  .tuple(
    word,
    fc.string({ maxLength: 300, unit: "binary-ascii" }),
    fc.constantFrom(0, 0, 7, 90),
    fc.constantFrom("", "", "client", "server"),
  )
  .map(([path, body, padding, update]) => ({
    request: `GET /${path} HTTP/1.1\r\nHost: shop\r\n\r\n`,
    response: `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    padding,
    update: update as "" | "client" | "server",
  }));
const version = fc.constantFrom("1.2" as const, "1.3" as const);
const session = (minLength = 1) =>
  fc.tuple(version, fc.array(turn, { minLength, maxLength: minLength + 3 })).map(([of, turns]) => {
    const sealed = new SealedSession({ version: of }).hello().answer();
    const begins: number[] = [];
    for (const { request, response, padding, update } of turns) {
      begins.push(sealed.pieces.length);
      if (of === "1.3" && update !== "") sealed.keyUpdate(update);
      sealed.data("client", request, of === "1.3" ? padding : 0).data("server", response);
    }
    return { sealed, begins, turns };
  });
const read = (packets: Parameters<typeof observe>[0], keyLog: string) => observe(packets, undefined, keyLogOf(keyLog));

describe("laws of TLS", () => {
  it("any pieces: the same exchanges at the same sequence numbers", () => {
    fc.assert(
      fc.property(session(), fc.integer({ min: 1, max: 120 }), ({ sealed, turns }, size) => {
        const { pieces, keyLog } = sealed;
        const whole = read(packetsOf(pieces).packets, keyLog);
        expect(whole.http.map(({ incomplete }) => incomplete)).toEqual(turns.map(() => undefined));
        expect(whole.tls).toMatchObject([{ isDecrypted: true, undecrypted: undefined, outcome: "established", alpn: "http/1.1" }]);
        for (const each of [size, 1]) {
          const cut = read(packetsOf(pieces, each).packets, keyLog);
          expect(cut.http.map(essence)).toEqual(whole.http.map(essence));
          expect(cut.anomalies).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("secrets at any time: the same exchanges", () => {
    fc.assert(
      fc.property(session(), fc.nat(), fc.integer({ min: 40, max: 400 }), ({ sealed }, pick, size) => {
        const { packets } = packetsOf(sealed.pieces, size);
        const late = { at: pick % (packets.length + 1), keyLog: sealed.keyLog };
        const early = read(packets, sealed.keyLog);
        const seen = observe(packets, undefined, undefined, late);
        expect(seen.http.map(essence)).toEqual(early.http.map(essence));
        expect(seen.tls).toEqual(early.tls);
      }),
      { numRuns: 60 },
    );
  });

  it("any one packet lost behind the hellos: only exchanges that it carried bytes of are hurt", () => {
    fc.assert(
      fc.property(session(3), fc.integer({ min: 60, max: 500 }), fc.nat(), ({ sealed, begins }, size, pick) => {
        const talk = new Conversation({ serverPort: 8443 }).open();
        const owner: number[] = [-1, -1, -1];
        for (const [i, { from, bytes }] of sealed.pieces.entries()) {
          talk.send(from, bytes, size);
          while (owner.length < talk.packets.length) owner.push(begins.findLastIndex((begin) => i >= begin));
        }
        const { packets } = talk.acknowledge("client").acknowledge("server").close();
        const candidates = [...owner.keys()].filter((i) => owner[i]! >= 0);
        const lost = candidates[pick % candidates.length]!;
        const whole = read(packets, sealed.keyLog).http.map(essence);
        const seen = read(packets.toSpliced(lost, 1), sealed.keyLog).http.map(essence);
        for (const [i, exchange] of whole.entries()) if (i !== owner[lost]) expect(seen).toContainEqual(exchange);
        expect(seen.length).toBeLessThanOrEqual(whole.length + 1);
      }),
      { numRuns: 150 },
    );
  });

  it("any cut and any snap length: nothing that was not said", () => {
    fc.assert(
      fc.property(session(), fc.nat(), fc.integer({ min: 60, max: 300 }), ({ sealed }, pick, length) => {
        const { packets } = packetsOf(sealed.pieces);
        const paths = new Set(read(packets, sealed.keyLog).http.map(({ request }) => request?.path));
        const cut = packets.slice(0, pick % packets.length);
        for (const seen of [
          read(cut, sealed.keyLog),
          read(
            packets.map((packet) => snap(packet, length)),
            sealed.keyLog,
          ),
        ]) {
          for (const { request } of seen.http) if (request?.isHeadComplete === true) expect(paths).toContain(request.path);
          expect(seen.tls.length).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("any bytes spoilt: no exception, and nothing that was not said", () => {
    const spoil = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(session(), spoil, fc.integer({ min: 20, max: 500 }), ({ sealed }, changes, size) => {
        const pieces = sealed.pieces.map(({ from, bytes }) => ({ from, bytes: bytes.slice() }));
        const paths = new Set(read(packetsOf(pieces).packets, sealed.keyLog).http.map(({ request }) => request?.path));
        for (const [piece, at, value] of changes) {
          const { bytes } = pieces[piece % pieces.length]!;
          bytes[at % bytes.length] = value;
        }
        const seen = read(packetsOf(pieces, size).packets, sealed.keyLog);
        for (const { request } of seen.http) if (request?.isHeadComplete === true) expect(paths).toContain(request.path);
        expect(seen.connections).toHaveLength(1);
      }),
      { numRuns: 150 },
    );
  });

  it("any bytes for records and messages, with a gap anywhere: no exception", () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.tuple(fc.integer({ min: 20, max: 24 }), fc.uint8Array({ minLength: 1, maxLength: 80 })).map(([type, body]) => {
        return Uint8Array.from([type, 3, 3, 0, body.length, ...body]);
      }),
      fc
        .constantFrom(0, 1, 2, 3, 4, 5)
        .map((i) => new SealedSession({ version: "1.3" }).hello().answer().pieces[i]?.bytes ?? Uint8Array.of(22)),
    );
    const sends = fc.array(fc.tuple(fc.constantFrom("client" as const, "server" as const), piece, fc.boolean()), { maxLength: 14 });
    fc.assert(
      fc.property(version, sends, (of, list) => {
        const sealed = new SealedSession({ version: of }).hello().answer();
        const talk = packetsOf(sealed.pieces);
        talk.packets.splice(-5);
        for (const [from, bytes, isLost] of list)
          if (isLost) talk.lose(from, bytes);
          else talk.send(from, bytes);
        const seen = read(talk.acknowledge("client").acknowledge("server").reset("client").packets, sealed.keyLog);
        expect(seen.http).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it("garbage behind a gap is given up after a bounded number of trials", () => {
    const sealed = new SealedSession({ version: "1.3" }).hello().answer().data("client", "GET / HTTP/1.1\r\n\r\n");
    const talk = packetsOf(sealed.pieces);
    talk.packets.splice(-3);
    talk.lose("client", "x".repeat(2000));
    const trap = Uint8Array.from(Array.from({ length: 5000 }, (_, i) => [23, 3, 3, 0, 40][i % 5]!));
    for (let i = 0; i < 40; i++) talk.send("client", trap, 1400);
    const keyLog = keyLogOf(sealed.keyLog);
    const before = keyLog.trialsLeft;
    const { tls } = observe(talk.acknowledge("server").close().packets, undefined, keyLog);
    expect(before - keyLog.trialsLeft).toBeLessThanOrEqual(MAX_TLS_TRIALS);
    expect(tls).toMatchObject([{ isDecrypted: true, undecrypted: "gap" }]);
  });
});
