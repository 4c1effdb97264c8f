// What a collector said to an export, and what that means for the spans in it.

import type { ExportAnswer, SpanExport } from "../../protocols/observation.ts";
import { grpcStatusNames } from "../../wire/grpc-status.ts";
import { sum } from "../../wire/sum.ts";

/**
 * Sent: no answer was to come (UDP), or the capture does not show it. Cut off: the connection ended without one. Too late: it came when the exporter had
 * given up.
 */
export type Fate = "accepted" | "rejected" | "in part" | "cut off" | "too late" | "sent";

/** A gRPC server takes messages up to it unless told otherwise, the collector's included. */
const GRPC_LIMIT = 4 << 20;
export const CONTENT_TOO_LARGE = 413;
const NOT_GRPC: ReadonlySet<number> = new Set([400, 404, 405, 415, 426, 505]);

export function fateOf({ answer, unanswered }: SpanExport): Fate {
  if (unanswered === "HTTP/2" || unanswered === "TLS") return "rejected";
  if (answer === undefined) return unanswered === "fin" || unanswered === "reset" ? "cut off" : "sent";
  const { grpcStatus, rejected, isTooLate } = answer;
  if (isTooLate === true) return "too late";
  if (answer.isPage === true || (grpcStatus ?? 0) !== 0 || !isGood(answer)) return "rejected";
  return rejected !== undefined && rejected.spans > 0 ? "in part" : "accepted";
}

/** By its HTTP status, as far as the capture shows it. Error pages are HTML as well, and say nothing but what their status says. */
export function isGood({ status }: ExportAnswer): boolean {
  return status === undefined || (status >= 200 && status <= 299);
}

/** The exporter got no answer. */
export function isUnanswered(fate: Fate): boolean {
  return fate === "cut off" || fate === "too late";
}

/** Of the spans in it some at least were not taken, as far as the capture shows. */
export function isLost(fate: Fate): boolean {
  return fate === "rejected" || fate === "in part" || isUnanswered(fate);
}

/** `RESOURCE_EXHAUSTED (grpc-status 8)`, `413`, `a partial success`. */
export function answerName({ answer, unanswered, protocol, strayPath }: SpanExport): string {
  // An agent on UDP answers nothing.
  if (protocol === "jaeger-udp") return "sent";
  if (answer === undefined) return unanswered === "HTTP/2" ? "HTTP/2" : unanswered === "TLS" ? "a TLS alert" : "no answer";
  const { status, grpcStatus, rejected } = answer;
  if (grpcStatus !== undefined && grpcStatus !== 0)
    return `${grpcStatusNames[grpcStatus] ?? "an unknown status"} (grpc-status ${grpcStatus})`;
  if (!isGood(answer)) return strayPath === undefined ? `HTTP ${status}` : `HTTP ${status} (POST ${strayPath})`;
  if (answer.isPage === true) return "a page (text/html)";
  if (answer.isTooLate === true) return "OK, after the exporter had closed the connection";
  return rejected === undefined ? "OK" : `a partial success that refuses ${rejected.spans} spans`;
}

/** The same of several exports that ended alike. */
export function answersName(exports: readonly SpanExport[]): string {
  const last = exports[exports.length - 1]!;
  const inPart = exports.filter((of) => fateOf(of) === "in part");
  if (inPart.length < 2 || fateOf(last) !== "in part") return answerName(last);
  return `partial successes that refuse ${sum(inPart.map(({ answer }) => answer?.rejected?.spans ?? 0))} spans in all`;
}

/** What an HTTP server answers to a gRPC call that it does not know. */
export function isSentToHttpPort({ protocol, answer }: SpanExport): boolean {
  return protocol === "otlp-grpc" && answer?.grpcStatus === undefined && NOT_GRPC.has(answer?.status ?? 0);
}

/** What an HTTP/2 server does with HTTP/1: it begins to speak HTTP/2, and ends the connection. */
export function isSentToGrpcPort({ unanswered }: SpanExport): boolean {
  return unanswered === "HTTP/2";
}

/** What a TLS server does with what is no ClientHello: an alert in the clear, and the end of the connection. */
export function isSentToTlsPort({ unanswered }: SpanExport): boolean {
  return unanswered === "TLS";
}

/** It takes others that are as large. */
export function isTooLargeAtTimes(refused: readonly SpanExport[], accepted: readonly SpanExport[]): boolean {
  const smallest = smallestOf(refused);
  return accepted.some(({ bytes }) => bytes >= smallest);
}

/** What lies behind a refusal, where its kind tells; begins with a colon. */
export function reasonOf(refused: readonly SpanExport[], accepted: readonly SpanExport[]): string {
  const [first] = refused;
  if (first === undefined) return "";
  const { protocol, bytes, answer } = first;
  if (isSentToHttpPort(first)) return ": gRPC sent to an HTTP port";
  if (isSentToGrpcPort(first)) return ": HTTP/1 sent to a port that speaks HTTP/2, as gRPC does";
  if (protocol === "otlp-grpc" && bytes > GRPC_LIMIT) return `: a message of ${bytes} bytes is over gRPC's usual limit of 4 MiB`;
  if (isSentToTlsPort(first)) return ": plain HTTP sent to a port that speaks TLS";
  if (answer?.isPage === true && isGood(answer)) return ": something else than a collector answers there";
  const smallest = smallestOf(refused);
  const largest = accepted.reduce((most, of) => Math.max(most, of.bytes), 0);
  if (answer?.status === CONTENT_TOO_LARGE)
    return isTooLargeAtTimes(refused, accepted)
      ? `, though it takes others of up to ${largest} bytes: their size is not why`
      : `: ${bytes} bytes are too large for it`;
  if (refused.length > 1 && accepted.length > 1 && smallest > largest)
    return `: it takes bodies of ${largest} bytes and refuses those of ${smallest} and more, as a limit of size does`;
  return "";
}

function smallestOf(exports: readonly SpanExport[]): number {
  return exports.reduce((least, { bytes }) => Math.min(least, bytes), Number.POSITIVE_INFINITY);
}

/** Whether all of its spans are known. */
export function isRead({ isWhole, unread, spans, spanCount }: SpanExport): boolean {
  return isWhole && unread === undefined && spans.length === spanCount && spanCount > 0;
}
