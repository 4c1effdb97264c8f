// HTTP/2 (RFC 9113) with prior knowledge, and gRPC on it: a HEADERS frame a request, HPACK state kept for each direction of each connection.
import { field, HpackEncoder, putInteger } from "./hpack.mjs";
import { put32, putDecimal, putHex32 } from "./packets.mjs";

const DATA = 0;
const HEADERS = 1;
const WINDOW_UPDATE = 8;
const END_STREAM = 1;
const END_HEADERS = 4;
const FRAME_HEADER = 9;
/** Received bytes after which a window is opened again; the initial one is 65,535. */
const WINDOW = 32_768;
const BODY_LENGTHS = [80, 240, 240, 600, 600, 1000, 6000];

const text = (value) => Uint8Array.from(Buffer.from(value, "latin1"));
const PREFACE = Uint8Array.from([...text("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 100]);
const SETTINGS = Uint8Array.from([0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 250]);
const SETTINGS_ACK = Uint8Array.from([0, 0, 0, 4, 1, 0, 0, 0, 0]);

/** In the static table whole (RFC 7541 Appendix A). */
const METHOD_GET = 0x82;
const METHOD_POST = 0x83;
const SCHEME_HTTP = 0x86;
const STATUS_200 = 0x88;
/** Names in the static table. */
const PATH = 4;
const CONTENT_LENGTH = 28;

let id = 1;
const constant = (name, value, nameIndex) => field(id++, name, value, nameIndex);
const AUTHORITY = { inward: constant(":authority", "gateway.shop", 1), outward: constant(":authority", "shop:9080", 1) };
const PLAIN = {
  request: [constant("user-agent", "Mozilla/5.0 (X11; Linux x86_64)", 58), constant("accept", "application/json, text/plain", 19)],
  response: [constant("content-type", "application/json", 31), constant("server", "shop/1.4", 54)],
};
const GRPC = {
  request: [
    constant("content-type", "application/grpc", 31),
    constant("te", "trailers"),
    constant("user-agent", "grpc-go/1.64.0", 58),
    constant("grpc-timeout", "1900m"),
  ],
  response: [constant("content-type", "application/grpc", 31)],
  trailers: [constant("grpc-status", "0"), constant("grpc-message", " ")],
};
const GRPC_PATHS = { orders: constant(":path", "/shop.v1.Orders/GetOrder", 4), cart: constant(":path", "/shop.v1.Cart/GetCart", 4) };
const ROUTES = { orders: text("/orders/00000000"), cart: text("/cart/00000000") };
const DIGITS = 8;

export class Http2 {
  name;
  #isGrpc;
  #writer;
  #random;
  #out = new Uint8Array(16_384);
  #parent = text(`00-${"7".repeat(32)}-${"8".repeat(16)}-01`);
  #filler = text("lorem ipsum dolor sit amet ".repeat(400));

  constructor(name, { writer, random }) {
    this.name = name;
    this.#isGrpc = name === "grpc";
    this.#writer = writer;
    this.#random = random;
  }

  opened(connection) {
    connection.http2 = { client: new HpackEncoder(), server: new HpackEncoder(), stream: -1, toClient: 0, toServer: 0 };
    connection.send(this.#writer, true, PREFACE);
    connection.send(this.#writer, false, SETTINGS);
    connection.send(this.#writer, true, SETTINGS_ACK);
    connection.send(this.#writer, false, SETTINGS_ACK);
  }

  request(lane, connection, isInward, isStripped) {
    const out = this.#out;
    const state = connection.http2;
    state.stream += 2;
    let at = 0;
    if (state.toClient >= WINDOW) {
      at = windowUpdate(out, state.toClient);
      state.toClient = 0;
    }
    const start = at;
    at += FRAME_HEADER;
    const route = lane.isStripped ? "cart" : "orders";
    out[at++] = this.#isGrpc ? METHOD_POST : METHOD_GET;
    out[at++] = SCHEME_HTTP;
    if (this.#isGrpc) at = state.client.put(out, at, GRPC_PATHS[route]);
    else at = putPath(out, at, ROUTES[route], lane.number);
    at = state.client.put(out, at, isInward ? AUTHORITY.inward : AUTHORITY.outward);
    for (const each of (this.#isGrpc ? GRPC : PLAIN).request) at = state.client.put(out, at, each);
    if (!isStripped) at = state.client.putContext(out, at, this.#context(lane, isInward ? 4 : 6), 0);
    putFrame(out, start, at, HEADERS, this.#isGrpc ? END_HEADERS : END_HEADERS | END_STREAM, state.stream);
    if (this.#isGrpc) {
      const before = at;
      at = this.#message(at, 20 + this.#random.below(200), state.stream, END_STREAM);
      state.toServer += at - before;
    }
    connection.send(this.#writer, true, out, at);
  }

  response(_, connection) {
    const out = this.#out;
    const state = connection.http2;
    let at = 0;
    if (state.toServer >= WINDOW) {
      at = windowUpdate(out, state.toServer);
      state.toServer = 0;
    }
    const start = at;
    at += FRAME_HEADER;
    const length = BODY_LENGTHS[this.#random.below(BODY_LENGTHS.length)];
    out[at++] = STATUS_200;
    for (const each of (this.#isGrpc ? GRPC : PLAIN).response) at = state.server.put(out, at, each);
    if (!this.#isGrpc) {
      at = putInteger(out, at, 0, 4, CONTENT_LENGTH);
      out[at++] = DIGITS;
      putDecimal(out, at, length, DIGITS);
      at += DIGITS;
    }
    putFrame(out, start, at, HEADERS, END_HEADERS, state.stream);
    if (this.#isGrpc) {
      at = this.#message(at, length, state.stream, 0);
      const trailers = at;
      at += FRAME_HEADER;
      for (const each of GRPC.trailers) at = state.server.put(out, at, each);
      putFrame(out, trailers, at, HEADERS, END_HEADERS | END_STREAM, state.stream);
    } else {
      const data = at;
      at += FRAME_HEADER;
      out.set(this.#filler.subarray(0, length), at);
      at += length;
      putFrame(out, data, at, DATA, END_STREAM, state.stream);
    }
    state.toClient += length + 8;
    connection.send(this.#writer, false, out, at);
  }

  /** A gRPC message in a DATA frame of its own: of one field, which has `length` bytes. */
  #message(start, length, stream, flags) {
    const out = this.#out;
    let at = start + FRAME_HEADER;
    out[at] = 0;
    put32(out, at + 1, length + (length < 128 ? 2 : 3));
    at += 5;
    out[at++] = 0x0a;
    if (length >= 128) out[at++] = (length & 127) | 128;
    out[at++] = length < 128 ? length : length >>> 7;
    out.set(this.#filler.subarray(0, length), at);
    at += length;
    putFrame(out, start, at, DATA, flags, stream);
    return at;
  }

  #context(lane, span) {
    const parent = this.#parent;
    for (let i = 0; i < 4; i++) putHex32(parent, 3 + 8 * i, lane.context[i]);
    putHex32(parent, 36, lane.context[span]);
    putHex32(parent, 44, lane.context[span + 1]);
    return parent;
  }
}

/** The header of the frame that ends at `end`. */
function putFrame(out, start, end, type, flags, stream) {
  const length = end - start - FRAME_HEADER;
  out[start] = length >>> 16;
  out[start + 1] = length >>> 8;
  out[start + 2] = length;
  out[start + 3] = type;
  out[start + 4] = flags;
  put32(out, start + 5, stream);
}

function windowUpdate(out, size) {
  put32(out, FRAME_HEADER, size);
  putFrame(out, 0, FRAME_HEADER + 4, WINDOW_UPDATE, 0, 0);
  return FRAME_HEADER + 4;
}

/** Without indexing, and without the Huffman code: each path is new. */
function putPath(out, start, path, number) {
  let at = putInteger(out, start, 0, 4, PATH);
  out[at++] = path.length;
  out.set(path, at);
  at += path.length;
  putDecimal(out, at - DIGITS, number, DIGITS);
  return at;
}
