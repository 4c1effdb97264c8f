// The messages and the reading of them that the HTTP/1 tests share.

import { Conversation } from "../../tcp/build-packets.ts";
import { describeExchange, observe } from "../observe.ts";

export const get = (path: string, ...fields: readonly string[]) =>
  `GET ${path} HTTP/1.1\r\n${["Host: shop", ...fields].join("\r\n")}\r\n\r\n`;
export const post = (path: string, body: string) => `POST ${path} HTTP/1.1\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
export const ok = (body = "", ...fields: readonly string[]) =>
  `HTTP/1.1 200 OK\r\n${[`Content-Length: ${body.length}`, ...fields].join("\r\n")}\r\n\r\n${body}`;
export const chunked = (...chunks: readonly string[]) =>
  `${chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join("")}0\r\n\r\n`;

export const talk = () => new Conversation().open();
export const lines = (conversation: Conversation) => observe(conversation.packets).http.map(describeExchange);
