// What every protocol's lane does: a client calls the gateway, the gateway calls the shop. Two routes: of /orders the gateway hands the trace context
// on, of /cart it does not. A lane has one connection of each kind and one call under way; lanes are stepped in turn, so that as many calls are open at
// any time as there are lanes, whatever the length of the capture.
import { Connection } from "./packets.mjs";

/** Exchanges on a connection before it is closed and another one opened, about. */
const EXCHANGES_PER_CONNECTION = 200;
const GATEWAYS = 8;
const SHOPS = 4;

export class CallLane {
  /** The context of the call under way: a trace id of four words, and the span ids of the client and of the gateway. */
  context = new Uint32Array(8);
  inward = new Connection();
  outward = new Connection();
  number = 0;
  isStripped = false;
  #dialect;
  #step = 0;
  #random;
  #writer;
  #truth;

  /** `dialect` writes the bytes of a protocol; see `http1.mjs`. */
  constructor(index, dialect, port, { random, writer, truth }) {
    this.#dialect = dialect;
    this.#random = random;
    this.#writer = writer;
    this.#truth = truth;
    const gateway = 0x0a010000 + 1 + (index % GATEWAYS);
    Object.assign(this.inward, { client: 0x0a090000 + 1 + index, server: gateway, clientPort: 32_768 + (index % 1000), serverPort: port });
    const shop = 0x0a020000 + 1 + (index % SHOPS);
    Object.assign(this.outward, { client: gateway, server: shop, clientPort: 33_000 + ((index * 37) % 20_000), serverPort: port + 1000 });
  }

  get isIdle() {
    return this.#step === 0;
  }

  step() {
    const { inward, outward } = this;
    const writer = this.#writer;
    const dialect = this.#dialect;
    // Calls overtake each other.
    if ((this.#random.next() & 7) === 0) return;
    switch (this.#step++) {
      case 0:
        this.#begin();
        this.#openIfClosed(inward);
        dialect.request(this, inward, true, false);
        return;
      case 1:
        inward.acknowledge(writer, false);
        this.#openIfClosed(outward);
        dialect.request(this, outward, false, this.isStripped);
        return;
      case 2:
        dialect.response(this, outward);
        return;
      case 3:
        outward.acknowledge(writer, true);
        dialect.response(this, inward);
        return;
      default:
        inward.acknowledge(writer, true);
        this.#step = 0;
        for (const connection of [inward, outward]) if (++connection.exchanges >= EXCHANGES_PER_CONNECTION) this.#close(connection);
    }
  }

  close() {
    this.#close(this.inward);
    this.#close(this.outward);
  }

  #begin() {
    const random = this.#random;
    for (let i = 0; i < 8; i++) this.context[i] = random.next();
    this.number = random.below(100_000_000);
    this.isStripped = (random.next() & 1) === 0;
    const counts = this.#truth[this.#dialect.name];
    counts.requests += 2;
    counts.withContext += this.isStripped ? 1 : 2;
    counts.stripped += this.isStripped ? 1 : 0;
  }

  #openIfClosed(connection) {
    if (connection.isOpen) return;
    connection.open(this.#writer, this.#random);
    connection.exchanges = this.#random.below(EXCHANGES_PER_CONNECTION / 2);
    this.#truth.connections++;
    this.#dialect.opened(connection);
  }

  #close(connection) {
    if (connection.isOpen) connection.close(this.#writer);
  }
}
