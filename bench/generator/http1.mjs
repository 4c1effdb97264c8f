// HTTP/1.1: heads from templates whose ids are patched in place; bodies of several lengths, some chunked; two pipelined requests now and then.
import { putDecimal, putHex32 } from "./packets.mjs";

const CHUNKED = [300, 700];
const LENGTHS = [90, 260, 260, 700, 700, 1100, 5000];
/** One call in so many is followed by two pipelined requests for files on the client's connection. */
const PIPELINED_EVERY = 16;

const text = (value) => Uint8Array.from(Buffer.from(value, "latin1"));
const filler = (length) => JSON.stringify({ items: "lorem ipsum dolor sit amet ".repeat(length) }).slice(0, length);
const DIGITS = 8;
const NUMBER = "0".repeat(DIGITS);
const PARENT = `00-${"7".repeat(32)}-${"8".repeat(16)}-01`;

export class Http1 {
  name = "http1";
  #writer;
  #random;
  #truth;
  #calls = 0;
  #requests = { inward: {}, outward: {}, stripped: {} };
  #responses = LENGTHS.map(withLength).concat(CHUNKED.map(chunked));
  #files = text(["app.js", "style.css"].map((name) => `GET /static/${name} HTTP/1.1\r\nHost: gateway\r\n\r\n`).join(""));
  #fileAnswers = text(`HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 400\r\n\r\n${filler(400)}`.repeat(2));

  constructor({ writer, random, truth }) {
    this.#writer = writer;
    this.#random = random;
    this.#truth = truth;
    for (const route of ["orders", "cart"]) {
      this.#requests.inward[route] = request(route, "gateway", true);
      this.#requests.outward[route] = request(`v1/${route}`, "shop:9080", true);
      this.#requests.stripped[route] = request(`v1/${route}`, "shop:9080", false);
    }
  }

  opened() {}

  request(lane, connection, isInward, isStripped) {
    const kind = isInward ? "inward" : isStripped ? "stripped" : "outward";
    const { bytes, number, parent } = this.#requests[kind][lane.isStripped ? "cart" : "orders"];
    if (isInward && ++this.#calls % PIPELINED_EVERY === 0) this.#pipeline(connection);
    const at = connection.send(this.#writer, true, bytes);
    const out = this.#writer.bytes;
    putDecimal(out, at + number, lane.number, DIGITS);
    if (parent < 0) return;
    for (let i = 0; i < 4; i++) putHex32(out, at + parent + 3 + 8 * i, lane.context[i]);
    const span = isInward ? 4 : 6;
    putHex32(out, at + parent + 36, lane.context[span]);
    putHex32(out, at + parent + 44, lane.context[span + 1]);
  }

  response(_, connection) {
    connection.send(this.#writer, false, this.#responses[this.#random.below(this.#responses.length)]);
  }

  #pipeline(connection) {
    connection.send(this.#writer, true, this.#files);
    connection.send(this.#writer, false, this.#fileAnswers);
    connection.acknowledge(this.#writer, true);
    this.#truth.http1.requests += 2;
    this.#truth.http1.pipelined += 2;
  }
}

function request(route, host, hasContext) {
  const head = `GET /${route}/${NUMBER} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36\r\nAccept: application/json, text/plain, */*\r\nAccept-Encoding: gzip, deflate\r\n${hasContext ? `traceparent: ${PARENT}\r\n` : ""}Accept-Language: en-GB,en;q=0.5\r\n\r\n`;
  return { bytes: text(head), number: head.indexOf(NUMBER), parent: head.indexOf(PARENT) };
}

function withLength(length) {
  return text(
    `HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 00:00:00 GMT\r\nServer: shop/1.4\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\nCache-Control: no-store\r\n\r\n${filler(length)}`,
  );
}

function chunked(length) {
  const half = filler(length);
  const chunk = `${length.toString(16)}\r\n${half}\r\n`;
  return text(
    `HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 00:00:00 GMT\r\nServer: shop/1.4\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}${chunk}0\r\n\r\n`,
  );
}
