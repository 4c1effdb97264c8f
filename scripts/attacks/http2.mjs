// Attacks on the reading of HTTP/2.
import { ACK, ip, Pcap, SYN, server, tcp } from "./packets.mjs";

const HTTP2_PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

const SETTINGS = "\0\0\0\x04\0\0\0\0\0";

/** A frame of HTTP/2 (RFC 9113 §4.1). */
function frame(type, flags, stream, payload) {
  const bytes = Buffer.alloc(9 + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(stream, 5);
  bytes.set(payload, 9);
  return bytes;
}

/** HTTP/2 of which a byte is lost, and behind it what looks like frames that lie in one another, each segment full of them. */
function* frameMaze(count) {
  const pcap = new Pcap();
  const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  const data = `x${"\0\x01h\x01$P\x02aa".repeat(6_000)}`;
  yield* pcap.packet(ip({ ...server, payload: tcp({ sequence: 0, flags: SYN }) }));
  yield* pcap.packet(ip({ ...server, payload: tcp({ data: preface }) }));
  for (let i = 0; i < count; i++)
    yield* pcap.packet(ip({ ...server, payload: tcp({ sequence: 2 + preface.length + i * data.length, data }) }), 30_000_000);
  yield pcap.flush();
}

/** Both sides of one HTTP/2 connection: `asked` frames of the client, then `count` of the server. */
function* http2Answers(asked, answered, count) {
  const pcap = new Pcap();
  const toClient = { source: server.destination, destination: 0x0a000001 };
  const sequences = { client: 1, server: 1 };
  function* send(side, data) {
    const payload =
      side === "client"
        ? tcp({ sequence: sequences.client, acknowledgment: sequences.server, data })
        : tcp({ from: 80, to: 40_000, sequence: sequences.server, acknowledgment: sequences.client, data });
    sequences[side] += data.length;
    yield* pcap.packet(ip(side === "client" ? { ...server, payload } : { ...toClient, payload }), 10);
  }
  function* frames(side, make, most) {
    for (let i = 0; i < most; i += 2_000)
      yield* send(side, Buffer.concat(Array.from({ length: Math.min(2_000, most - i) }, (_, at) => make(i + at))));
  }
  yield* pcap.packet(ip({ ...server, payload: tcp({ sequence: 0, flags: SYN }) }));
  yield* pcap.packet(ip({ ...toClient, payload: tcp({ from: 80, to: 40_000, sequence: 0, flags: SYN | ACK }) }));
  yield* send("client", HTTP2_PREFACE + SETTINGS);
  yield* send("server", SETTINGS);
  yield* frames("client", asked.make, asked.count);
  yield* frames("server", answered, count);
  yield pcap.flush();
}

/** END_HEADERS and END_STREAM; `:status: 200`, and a request of three fields, as the static table has them. */
const answerTo = (stream) => frame(1, 5, stream, Buffer.of(0x88));

const askOn = (stream) => frame(1, 5, stream, Buffer.of(0x82, 0x84, 0x86));

/** Answers to what was not asked, on streams with falling numbers. */
const fallingStreams = (count) => http2Answers({ make: askOn, count: 0 }, (i) => answerTo(2 * (count - i) + 1), count);

/** As many open streams as may be, and a GOAWAY again and again, each with a lower last stream. */
const goAways = (count) =>
  http2Answers({ make: (i) => askOn(2 * i + 1), count: 9_999 }, (i) => frame(7, 0, 0, goAwayAbove(0x7fff_ffff - i)), count);

function goAwayAbove(stream) {
  const payload = Buffer.alloc(8);
  payload.writeUInt32BE(stream, 0);
  return payload;
}

export const http2Attacks = {
  "frame-maze": { make: frameMaze, count: 2_000, limit: true, small: [3, true] },
  "falling-streams": { grows: true, make: fallingStreams, count: 200_000, limit: true, small: [2000, false] },
  "go-aways": { make: goAways, count: 200_000, limit: false, small: [1000, false] },
};
