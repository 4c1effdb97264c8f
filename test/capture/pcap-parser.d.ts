// What the test uses of npm's pcap-parser, which has no types.
declare module "pcap-parser" {
  import type { EventEmitter } from "node:events";
  import type { Readable } from "node:stream";

  const parser: { parse(input: Readable | string): EventEmitter };
  export default parser;
}
