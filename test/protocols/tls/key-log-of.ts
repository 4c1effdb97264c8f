import { KeyLog } from "../../../src/protocols/tls/key-log.ts";

export function keyLogOf(text: string): KeyLog {
  const keyLog = new KeyLog();
  keyLog.push(Uint8Array.from(Buffer.from(text, "latin1")));
  keyLog.endInput();
  return keyLog;
}
