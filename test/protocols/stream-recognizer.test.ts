import { describe, expect, it } from "vitest";
import { http2 } from "../../src/protocols/http/http2.ts";
import { ssh } from "../../src/protocols/ssh.ts";
import { tls } from "../../src/protocols/tls/tls.ts";
import { MAX_UNDECIDED_BYTES } from "../../src/wire/limits.ts";
import { bytesOf, Conversation } from "../tcp/build-packets.ts";
import { describeExchange, observe } from "./observe.ts";

const hello = "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00";
const serverHello = "\x16\x03\x03\x00\x05\x02\x00\x00\x01\x00";
const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const settings = "\x00\x00\x00\x04\x00\x00\x00\x00\x00";
const request = "GET /a HTTP/1.1\r\nHost: shop\r\n\r\n";
const response = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

const talk = () => new Conversation().open();
const protocolOf = (conversation: Conversation) => observe(conversation.packets).connections.map(({ protocol }) => protocol);

describe("what a connection speaks", () => {
  it.each([
    ["HTTP/1", talk().send("client", request)],
    ["HTTP/1", talk().send("client", request, 1)],
    ["HTTP/2", talk().send("client", preface + settings)],
    ["HTTP/2", talk().send("client", preface + settings, 1)],
    [
      "HTTP/2",
      talk()
        .send("server", settings)
        .send("client", preface + settings),
    ],
    ["TLS", talk().send("client", hello)],
    ["TLS", talk().send("client", hello, 2)],
    ["TLS", new Conversation().send("server", serverHello)],
    ["SSH", talk().send("server", "SSH-2.0-a\r\n").send("client", "SSH-2.0-b\r\n")],
    ["SMTP", talk().send("client", "EHLO shop\r\n").send("server", "250 shop\r\n")],
    [undefined, talk().send("client", "HI shop\r\n").send("server", "250 shop\r\n")],
    [undefined, talk().send("client", "GET key\r\n")],
    [
      undefined,
      talk()
        .send("client", "x".repeat(2 * MAX_UNDECIDED_BYTES), 100)
        .send("client", request),
    ],
    [undefined, talk()],
  ] as const)("%s", (protocol, conversation) => {
    expect(protocolOf(conversation)).toEqual([protocol]);
  });

  it("is not what would make the opener of the connection its server", () => {
    expect(protocolOf(talk().send("client", response))).toEqual([undefined]);
  });

  it("may be told by the server alone", () => {
    const { http, connections } = observe(new Conversation({ clientPort: 80, serverPort: 50_000 }).send("server", response).packets);
    expect(http.map(describeExchange)).toEqual(["? ? 200 gap"]);
    expect(connections[0]?.client.port).toBe(80);
  });

  it("replays what the other side had sent before it was told", () => {
    const { http } = observe(talk().send("server", response.slice(0, 9)).send("client", request).send("server", response.slice(9)).packets);
    expect(http).toHaveLength(1);
    expect(http[0]?.response?.status).toBe(200);
  });

  it("may be told by any later segment of a connection that was joined late, or behind a gap", () => {
    const late = new Conversation().send("client", "rest of a body").send("client", "ABC").send("client", request).send("server", response);
    expect(observe(late.packets).http.map(describeExchange)).toEqual(["GET /a 200"]);
    const lossy = talk()
      .lose("client", "first bytes")
      .send("client", request)
      .send("server", response)
      .acknowledge("server")
      .acknowledge("client");
    expect(observe(lossy.packets).http.map(describeExchange)).toEqual(["GET /a 200"]);
  });

  it("is asked of more bytes for as long as they fit", () => {
    for (const protocol of [http2, tls, ssh]) {
      const whole = bytesOf(protocol === http2 ? preface : protocol === tls ? hello : "SSH-2.0-x");
      const answers = [...whole.keys()].map((i) => protocol.recognize(whole, 0, i + 1));
      expect(answers.indexOf("client")).toBeGreaterThan(0);
      expect(new Set(answers.slice(0, answers.indexOf("client")))).toEqual(new Set(["need more"]));
    }
  });
});
