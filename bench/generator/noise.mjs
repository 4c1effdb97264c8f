// What else a node's capture holds: DNS, ARP, TLS without keys, and a protocol that nobody knows.
import { Connection, put32 } from "./packets.mjs";

const TLS_PORT = 8443;
const UNKNOWN_PORT = 7777;
/** Steps after which a connection is closed and another one opened. */
const STEPS_PER_CONNECTION = 400;
const text = (value) => [...Buffer.from(value, "latin1")];

const ethernet = (type) => [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, type >> 8, type & 255];
const u16 = (value) => [value >> 8, value & 255];
const ARP = Uint8Array.from([...ethernet(0x0806), 0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 2, 10, 1, 0, 1, 0, 0, 0, 0, 0, 0, 10, 2, 0, 1]);

function dns(isAnswer) {
  const name = [...["shop", "default", "svc"].flatMap((label) => [label.length, ...text(label)]), 0];
  const answer = isAnswer ? [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 10, 2, 0, 1] : [];
  const message = [0, 0, isAnswer ? 0x81 : 1, isAnswer ? 0x80 : 0, 0, 1, 0, isAnswer ? 1 : 0, 0, 0, 0, 0, ...name, 0, 1, 0, 1, ...answer];
  const ports = isAnswer ? [...u16(53), ...u16(40_000)] : [...u16(40_000), ...u16(53)];
  const udp = [...ports, ...u16(8 + message.length), 0, 0, ...message];
  const [client, server] = [
    [10, 9, 0, 1],
    [10, 96, 0, 10],
  ];
  const addresses = isAnswer ? [...server, ...client] : [...client, ...server];
  return Uint8Array.from([...ethernet(0x0800), 0x45, 0, ...u16(20 + udp.length), 0, 0, 0x40, 0, 64, 17, 0, 0, ...addresses, ...udp]);
}

const QUESTION = dns(false);
const ANSWER = dns(true);
const IP = 14;
const DNS_SOURCE = 26;
const DNS_DESTINATION = 30;
const DNS_ID = 42;

function handshake(type, body) {
  const message = [type, 0, ...u16(body.length), ...body];
  return Uint8Array.from([22, 3, 3, ...u16(message.length), ...message]);
}

const RANDOM = Array(32).fill(7);
const CLIENT_HELLO = handshake(1, [3, 3, ...RANDOM, 0, 0, 2, 0x13, 1, 1, 0, 0, 7, 0, 43, 0, 3, 2, 3, 4]);
const SERVER_HELLO = handshake(2, [3, 3, ...RANDOM, 0, 0x13, 1, 0, 0, 6, 0, 43, 0, 2, 3, 4]);

/** Of the IPv4 header at `at` (RFC 791). */
function putChecksum(bytes, at) {
  bytes.fill(0, at + 10, at + 12);
  let sum = 0;
  for (let i = 0; i < 20; i += 2) sum += (bytes[at + i] << 8) | bytes[at + i + 1];
  sum = (sum & 0xffff) + (sum >>> 16);
  const checksum = ~((sum & 0xffff) + (sum >>> 16));
  bytes[at + 10] = checksum >>> 8;
  bytes[at + 11] = checksum;
}

export class NoiseLane {
  isIdle = true;
  #tls = new Connection();
  #unknown = new Connection();
  #steps = 0;
  #random;
  #writer;
  #truth;
  #client;
  #bytes = new Uint8Array(1400);

  constructor(index, { random, writer, truth }) {
    this.#random = random;
    this.#writer = writer;
    this.#truth = truth;
    this.#client = 0x0a080000 + 1 + index;
    for (let i = 0; i < this.#bytes.length; i++) this.#bytes[i] = random.next();
    Object.assign(this.#tls, { client: this.#client, server: 0x0a030001, clientPort: 32_768, serverPort: TLS_PORT });
    Object.assign(this.#unknown, { client: this.#client, server: 0x0a030002, clientPort: 32_768, serverPort: UNKNOWN_PORT });
  }

  step() {
    const random = this.#random;
    if (this.#steps++ % STEPS_PER_CONNECTION === 0) this.#reopen();
    const kind = random.next() & 15;
    if (kind === 0) this.#ask();
    else if (kind === 1) this.#arp();
    else if (kind < 9) this.#encrypted((kind & 1) === 0);
    else this.#anything((kind & 1) === 0);
  }

  close() {
    this.#tls.close(this.#writer);
    this.#unknown.close(this.#writer);
  }

  #reopen() {
    this.close();
    this.#tls.open(this.#writer, this.#random);
    this.#tls.send(this.#writer, true, CLIENT_HELLO);
    this.#tls.send(this.#writer, false, SERVER_HELLO);
    this.#unknown.open(this.#writer, this.#random);
    this.#truth.connections += 2;
  }

  #encrypted(isClient) {
    const length = 40 + this.#random.below(1200);
    const bytes = this.#bytes;
    bytes.set([23, 3, 3, length >> 8, length & 255]);
    this.#tls.send(this.#writer, isClient, bytes, 5 + length);
  }

  #anything(isClient) {
    const bytes = this.#bytes;
    bytes.set([0xfe, 0xed, this.#random.next() & 255, 0, 1]);
    this.#unknown.send(this.#writer, isClient, bytes, 20 + this.#random.below(1300));
  }

  #ask() {
    const id = this.#random.next() & 0xffff;
    for (const [frame, own] of [
      [QUESTION, DNS_SOURCE],
      [ANSWER, DNS_DESTINATION],
    ]) {
      const at = this.#writer.frame(frame);
      put32(this.#writer.bytes, at + own, this.#client);
      putChecksum(this.#writer.bytes, at + IP);
      this.#writer.bytes.set([id >> 8, id & 255], at + DNS_ID);
    }
    this.#truth.dns++;
  }

  #arp() {
    this.#writer.frame(ARP);
    this.#truth.arp++;
  }
}
