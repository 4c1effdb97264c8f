// Packets through every stage of a vantage point, and what comes out.

import type { Packet } from "../../src/capture/packet.ts";
import type {
  ConnectionSummary,
  DnsExchange,
  HttpExchange,
  Observation,
  SpanExport,
  TlsHandshake,
} from "../../src/protocols/observation.ts";
import { KeyLog } from "../../src/protocols/tls/key-log.ts";
import { VantagePoint } from "../../src/vantage-point.ts";
import type { Anomaly } from "../../src/wire/anomaly.ts";
import { numbered } from "../tcp/build-packets.ts";

export const KEPT = new Set(["host", "traceparent", "tracestate", "x-b3-traceid", "content-length", "x-request-id"]);

export interface Observed {
  readonly http: HttpExchange[];
  readonly connections: ConnectionSummary[];
  readonly dns: DnsExchange[];
  readonly exports: SpanExport[];
  readonly tls: TlsHandshake[];
  readonly anomalies: Anomaly[];
  readonly others: ReadonlyMap<string, number>;
}

/** `late`: a key log that comes in front of the packet with this index. */
export function observe(
  packets: readonly Packet[],
  keep: ReadonlySet<string> = KEPT,
  keyLog = new KeyLog(),
  late: { readonly at: number; readonly keyLog: string } = { at: -1, keyLog: "" },
): Observed {
  const http: HttpExchange[] = [];
  const connections: ConnectionSummary[] = [];
  const dns: DnsExchange[] = [];
  const exports: SpanExport[] = [];
  const tls: TlsHandshake[] = [];
  const anomalies: Anomaly[] = [];
  const take = (output: Observation | Anomaly) => {
    switch (output.kind) {
      case "http":
        http.push(output);
        break;
      case "connection":
        connections.push(output);
        break;
      case "dns":
        dns.push(output);
        break;
      case "export":
        exports.push(output);
        break;
      case "tls":
        tls.push(output);
        break;
      case "anomaly":
        anomalies.push(output);
        break;
    }
  };
  const vantage = new VantagePoint(0, keep, take, keyLog);
  const readLate = () => {
    keyLog.push(Uint8Array.from(Buffer.from(late.keyLog, "latin1")));
    keyLog.endInput();
  };
  for (const [i, packet] of numbered(packets).entries()) {
    if (i === late.at) readLate();
    vantage.push(0, packet);
  }
  if (late.at >= packets.length) readLate();
  vantage.end();
  return { http, connections, dns, exports, tls, anomalies, others: vantage.others };
}

/** An exchange in a line: `GET /a 200`, with what is missing said. */
export function describeExchange({ request, response, incomplete }: HttpExchange): string {
  const asked = request === undefined ? "? ?" : `${request.method} ${request.path}${request.isHeadComplete ? "" : " (cut)"}`;
  const answered = response === undefined ? "-" : `${response.status}${response.isHeadComplete ? "" : " (cut)"}`;
  return `${asked} ${answered}${incomplete === undefined ? "" : ` ${incomplete}`}`;
}

/** What an exchange says apart from where and when it was seen: equal however its bytes were cut into packets. */
export function essence({ version, client, server, request, response, incomplete }: HttpExchange) {
  return {
    version,
    client,
    server,
    incomplete,
    request: request && {
      method: request.method,
      path: request.path,
      targetHash: request.targetHash,
      fields: request.fields,
      isHeadComplete: request.isHeadComplete,
      headLength: request.headLength,
      bodyLength: request.bodyLength,
      sequence: request.sequence,
    },
    response: response && {
      status: response.status,
      fields: response.fields,
      isHeadComplete: response.isHeadComplete,
      bodyLength: response.bodyLength,
      sequence: response.sequence,
    },
  };
}
