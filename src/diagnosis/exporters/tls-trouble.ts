// TLS handshakes with a collector that break off again and again.

import type { Machines } from "../../hops/machines.ts";
import type { TlsHandshake } from "../../protocols/observation.ts";
import { formatEndpoint } from "../../wire/endpoint.ts";
import { groupBy } from "../../wire/group-by.ts";
import { counted } from "../../wire/words.ts";
import { isCollectorName } from "./collector-signs.ts";
import type { Collectors } from "./collectors.ts";
import { bestView, endsOf, type Trouble, timesOf } from "./trouble.ts";

const CONFIDENCE = 0.95;
/** One handshake that ends without a word may have been a process that ended. */
const MIN_SILENT = 2;

export function tlsTroubles(tls: readonly TlsHandshake[], collectors: Collectors, machines: Machines): Trouble[] {
  const toCollectors = tls.filter(
    ({ server, vantage, sni }) => collectors.place(server, vantage) !== "no" || (sni !== undefined && isCollectorName(sni)),
  );
  const hosts = groupBy(
    toCollectors,
    ({ client, server, vantage }) => `${machines.hostOf(client.address, vantage)}\n${formatEndpoint(server)}`,
  );
  return [...hosts].flatMap(([key, all]) => troubleOf(key.slice(0, key.indexOf("\n")), all, collectors) ?? []);
}

function troubleOf(host: string, all: readonly TlsHandshake[], collectors: Collectors): Trouble | undefined {
  const failed = bestView(all.filter(({ outcome, alert }) => outcome === "failed" || alert?.level === "fatal"));
  const telling = failed.find(({ alert, plaintextAnswer }) => alert !== undefined || plaintextAnswer !== undefined) ?? failed[0];
  if (telling === undefined) return undefined;
  if (telling.alert === undefined && telling.plaintextAnswer === undefined && failed.length < MIN_SILENT) return undefined;
  return {
    cause: "exporter-tls-failed",
    host,
    clause: `${clauseOf(telling, collectors.label(telling.server))} (${counted(failed.length, "time")})`,
    failedAt: timesOf(failed),
    vantage: telling.vantage,
    isTelling: all.every(({ outcome, alert }) => outcome === "failed" || alert?.level === "fatal"),
    confidence: CONFIDENCE,
    proofs: endsOf(failed),
  };
}

/** The certificate is refused by whoever got it (RFC 8446 §6.2). */
const CERTIFICATE_ALERTS: ReadonlySet<string> = new Set([
  "bad_certificate",
  "unsupported_certificate",
  "certificate_revoked",
  "certificate_expired",
  "certificate_unknown",
  "unknown_ca",
]);

function clauseOf({ alert, plaintextAnswer, failedBy }: TlsHandshake, collector: string): string {
  if (plaintextAnswer !== undefined)
    return `speaks TLS to ${collector}, which answers in plain ${plaintextAnswer === "unknown" ? "text" : plaintextAnswer}`;
  if (alert?.from === "client")
    return `${CERTIFICATE_ALERTS.has(alert.description) ? "does not accept the certificate of" : "breaks its TLS handshake off with"} ${collector}: TLS alert ${alert.description}`;
  if (alert?.from === "server") return `is turned away by ${collector} with the TLS alert ${alert.description}`;
  if (failedBy === "client")
    return `breaks its TLS handshakes with ${collector} off once it has the server's answer, as one does that does not trust the certificate`;
  return `gets no TLS handshake with ${collector} done`;
}
