// `--keylog`: files of TLS secrets, which programs write when SSLKEYLOGFILE is set.

import { createReadStream } from "node:fs";
import type { TlsHandshake } from "../protocols/observation.ts";
import { KeyLog } from "../protocols/tls/key-log.ts";
import { UserError } from "../wire/user-error.ts";
import { cannotRead } from "./cannot-read.ts";

/** Adds the files to `keyLog`, which may have read them before. Throws `UserError` for what is no key log. */
export async function readKeyLogs(
  paths: readonly string[],
  keyLog = new KeyLog(),
): Promise<{ readonly keyLog: KeyLog; readonly warnings: readonly string[] }> {
  const warnings: string[] = [];
  for (const path of paths) {
    const { lines, strangeLines } = keyLog;
    try {
      for await (const chunk of createReadStream(path)) keyLog.push(chunk);
    } catch (error) {
      throw cannotRead("--keylog", path, error);
    }
    keyLog.endInput();
    if (keyLog.lines > lines) continue;
    if (keyLog.strangeLines > strangeLines)
      throw new UserError(
        `--keylog ${path} is no TLS key log. Its lines begin with CLIENT_RANDOM or CLIENT_TRAFFIC_SECRET_0; programs write them when SSLKEYLOGFILE names a file. A server's private key opens nothing here.`,
      );
    warnings.push(`--keylog ${path} holds no secrets: no TLS connection was made while SSLKEYLOGFILE named it.`);
  }
  if (keyLog.dropped > 0) warnings.push(`the key logs hold too many secrets: ${keyLog.dropped} were left out.`);
  return { keyLog, warnings };
}

/** A key log that opened nothing, where there was something to open. */
export function unusedKeys(paths: readonly string[], tls: readonly TlsHandshake[]): string[] {
  if (paths.length === 0 || tls.length === 0 || tls.some(({ isDecrypted }) => isDecrypted)) return [];
  const beginnings = tls.filter(({ undecrypted }) => undecrypted !== "joined mid-connection" && undecrypted !== "handshake not captured");
  if (beginnings.length === 0) return ["--keylog: the capture began after the TLS handshakes; secrets are found by what they say."];
  return [
    "--keylog: none of the secrets belongs to a TLS connection of the captures; the key log must be of the same run and the same programs.",
  ];
}
