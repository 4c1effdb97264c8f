// Real TLS sessions over loopback, recorded between client and server: what each side put on the wire, in order, and the secrets.

import { once } from "node:events";
import { connect as connectTcp, createServer, type Socket } from "node:net";
import { type ConnectionOptions, connect, createServer as createTlsServer, type SecureContextOptions, type TLSSocket } from "node:tls";
import type { Side } from "../../../src/wire/endpoint.ts";
import { Conversation, type ConversationOptions } from "../../tcp/build-packets.ts";

export interface Piece {
  readonly from: Side;
  readonly bytes: Uint8Array;
}

export interface Recording {
  readonly pieces: readonly Piece[];
  /** NSS key log. */
  readonly keyLog: string;
  /** For a later session that resumes this one. */
  readonly session: Buffer | undefined;
}

export interface SessionOptions {
  readonly server?: SecureContextOptions & { readonly ALPNProtocols?: string[] };
  readonly client?: ConnectionOptions;
  /** What the client says, and how the server answers each. */
  readonly turns?: readonly (readonly [request: string, response: string])[];
  /** Called between turns. */
  readonly between?: (client: TLSSocket, server: TLSSocket) => void;
}

export const REQUEST =
  "GET /orders/7?card=1 HTTP/1.1\r\nHost: shop\r\ntraceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\r\n";
export const RESPONSE = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

/** The same server for several sessions lets the later ones resume. */
export async function startServer(options: SecureContextOptions & { readonly ALPNProtocols?: string[] }) {
  const server = createTlsServer(options);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { server, port: address.port, close: () => server.close() };
}

export async function recordSession(
  target: Awaited<ReturnType<typeof startServer>>,
  { client: clientOptions = {}, turns = [[REQUEST, RESPONSE]], between }: Omit<SessionOptions, "server">,
): Promise<Recording> {
  const pieces: Piece[] = [];
  let keyLog = "";
  const tap = createServer((near) => pass(near, connectTcp(target.port, "127.0.0.1"), pieces));
  tap.listen(0, "127.0.0.1");
  await once(tap, "listening");
  const address = tap.address();
  const port = address === null || typeof address === "string" ? 0 : address.port;
  const accepted = once(target.server, "secureConnection");
  const client = connect({ port, host: "127.0.0.1", rejectUnauthorized: false, servername: "orders.shop", ...clientOptions });
  let session: Buffer | undefined;
  client.on("keylog", (line: Buffer) => {
    keyLog += line.toString("latin1");
  });
  client.on("session", (given: Buffer) => {
    session = given;
  });
  try {
    await once(client, "secureConnect");
    const [serverSide]: TLSSocket[] = await accepted;
    if (serverSide === undefined) throw new Error("no connection");
    for (const [request, response] of turns) {
      client.write(request);
      await receive(serverSide, request.length);
      serverSide.write(response);
      await receive(client, response.length);
      between?.(client, serverSide);
    }
    client.end();
    serverSide.end();
    await Promise.all([once(client, "close"), once(serverSide, "close")]);
  } finally {
    client.destroy();
    tap.close();
  }
  return { pieces, keyLog, session };
}

async function receive(socket: TLSSocket, length: number): Promise<void> {
  for (let got = 0; got < length; ) {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) await once(socket, "readable");
    else got += chunk.length;
  }
}

function pass(near: Socket, far: Socket, pieces: Piece[]): void {
  const copy = (from: Side, source: Socket, sink: Socket) => {
    source.on("data", (chunk: Buffer) => {
      pieces.push({ from, bytes: Uint8Array.from(chunk) });
      sink.write(chunk);
    });
    source.on("end", () => sink.end());
    source.on("error", () => sink.destroy());
  };
  copy("client", near, far);
  copy("server", far, near);
}

/** The session as packets; each piece is sent whole or in segments of `size` bytes. */
export function packetsOf(pieces: readonly Piece[], size?: number, options?: ConversationOptions): Conversation {
  const talk = new Conversation({ serverPort: 8443, ...options }).open();
  for (const { from, bytes } of pieces) talk.send(from, bytes, size);
  return talk.acknowledge("client").acknowledge("server").close();
}
