// gRPC status and text → one sentence for the user: what, why, what to do next. Nearly every trouble with a connection is
// UNAVAILABLE, so the text decides; the texts are those of grpc-js 1.14, of OpenSSL 3, and of Jaeger's authenticators and tenancy.

import { grpcStatusNames } from "../wire/grpc-status.ts";

/** A call that did not succeed. The codes are gRPC's. */
export interface RpcFailure {
  readonly code: number;
  readonly details: string;
}

export const STATUS = {
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

export interface Asked {
  readonly target: string;
  readonly secure: boolean;
  readonly deadlineMs: number;
}

interface Explanation {
  readonly code: number;
  readonly text: RegExp;
  say(asked: Asked, details: string): string;
}

const WITHOUT = "The wire was read without Jaeger";
const INSTEAD = "or give an export with --traces FILE";
const CREDENTIALS =
  "give a bearer token with --jaeger-token-file FILE or TRACEINSPECT_JAEGER_TOKEN, or what your Jaeger wants with --header name=value";

/** The first that fits is said. */
const EXPLANATIONS: readonly Explanation[] = [
  {
    code: STATUS.unavailable,
    text: /ECONNREFUSED/,
    say: ({ target }) =>
      `nothing answers at ${target} (connection refused). ${WITHOUT}; start it, name it with --jaeger HOST:PORT, ${INSTEAD}.`,
  },
  {
    code: STATUS.unavailable,
    text: /Name resolution failed|ENOTFOUND|EAI_AGAIN/,
    say: ({ target }) => `the name in ${target} cannot be resolved. ${WITHOUT}; check it, name Jaeger with --jaeger HOST:PORT, ${INSTEAD}.`,
  },
  {
    code: STATUS.unavailable,
    text: /EHOSTUNREACH|ENETUNREACH|ETIMEDOUT/,
    say: ({ target }) =>
      `there is no way to ${target} (no route, or no answer). ${WITHOUT}; check the address, forward the port (kubectl port-forward svc/jaeger 16685), ${INSTEAD}.`,
  },
  {
    code: STATUS.unavailable,
    text: /ERR_SOCKET_BAD_PORT/,
    say: ({ target }) => `${target} has no valid port. Name Jaeger with --jaeger HOST:PORT; its gRPC query port is 16685.`,
  },
  {
    code: STATUS.unavailable,
    text: /certificate required|handshake failure|bad certificate|alert certificate/i,
    say: ({ target }) =>
      `${target} wants a client certificate, or refuses the one it got. Give one it trusts with --jaeger-cert FILE and --jaeger-key FILE.`,
  },
  {
    code: STATUS.unavailable,
    text: /ALTNAME|altnames/,
    say: ({ target }) =>
      `the certificate of ${target} is for another name. Name Jaeger as its certificate does, or say the name with --jaeger-server-name NAME.`,
  },
  {
    code: STATUS.unavailable,
    text: /certificate|self.signed|unable to verify/i,
    say: ({ target }, details) =>
      `the certificate of ${target} is not trusted (${certificateTrouble(details)}). Give the authority that signed it with --jaeger-ca FILE.`,
  },
  {
    code: STATUS.unavailable,
    text: /wrong version number|packet length too long/,
    say: ({ target }) => `${target} does not speak TLS. Ask it without the --jaeger-tls, --jaeger-ca and --jaeger-cert options.`,
  },
  {
    code: STATUS.unavailable,
    text: /no application protocol/,
    say: (asked) => speaksHttp(asked),
  },
  { code: STATUS.unavailable, text: /Protocol error|HPE_|Parse Error/i, say: (asked) => speaksHttp(asked) },
  {
    code: STATUS.unavailable,
    text: /Failed to connect|socket hang up|ECONNRESET|disconnected/,
    say: ({ target, secure }) =>
      secure
        ? `${target} closes each connection at once. Is it Jaeger's gRPC query port (16685), and does it want TLS?`
        : `${target} closes each connection at once: it may want TLS. Try --jaeger-tls (or --jaeger-ca FILE); else check that it is Jaeger's gRPC query port (16685).`,
  },
  {
    code: STATUS.unauthenticated,
    text: /tenant/i,
    say: ({ target }) =>
      `${target} wants a tenant. Name yours with --header x-tenant=NAME (the header's name is set in Jaeger's configuration).`,
  },
  {
    code: STATUS.unauthenticated,
    text: /basic/i,
    say: ({ target }) => `${target} wants a user and a password. Give them with --header "authorization=Basic BASE64(user:password)".`,
  },
  {
    code: STATUS.unauthenticated,
    text: /./s,
    say: ({ target }, details) => `${target} refuses these credentials (${details}); ${CREDENTIALS}.`,
  },
  { code: STATUS.unauthenticated, text: /^/, say: ({ target }) => `${target} refuses these credentials; ${CREDENTIALS}.` },
  {
    code: STATUS.permissionDenied,
    text: /tenant/i,
    say: ({ target }, details) =>
      `${target} does not know this tenant (${details}). Name one that it serves, once, with --header x-tenant=NAME.`,
  },
  {
    code: STATUS.permissionDenied,
    text: /^/,
    say: ({ target }, details) => `${target} forbids reading traces with these credentials (${details}); ${CREDENTIALS}.`,
  },
  {
    code: STATUS.deadlineExceeded,
    text: /LB pick|name resolution|connection/i,
    say: ({ target, deadlineMs }) =>
      `nothing at ${target} answered as a gRPC server within ${seconds(deadlineMs)}. ${WITHOUT}; is it Jaeger's gRPC query port (16685), and does a firewall let you through? Try kubectl port-forward, ${INSTEAD}.`,
  },
  {
    code: STATUS.deadlineExceeded,
    text: /^/,
    say: ({ target, deadlineMs }) =>
      `${target} did not answer within ${seconds(deadlineMs)}. Its storage may be slow: give it longer with --jaeger-timeout SECONDS.`,
  },
  {
    code: STATUS.resourceExhausted,
    text: /larger than max/,
    say: ({ target }, details) =>
      `${target} sent a message that is too large to read (${details}). Is it Jaeger's gRPC query port (16685)? If so, export that trace and give it with --traces FILE.`,
  },
  {
    code: STATUS.resourceExhausted,
    text: /^/,
    say: ({ target }, details) => `${target} is overloaded or limits its callers (${details}). Ask for less with --max-traces, or later.`,
  },
  { code: STATUS.unimplemented, text: /HTTP status code/, say: (asked) => speaksHttp(asked) },
  {
    code: STATUS.unimplemented,
    text: /^/,
    say: ({ target }) =>
      `${target} speaks gRPC but has no Jaeger query service (an OTLP port, perhaps). Jaeger's gRPC query port is 16685.`,
  },
  { code: STATUS.unknown, text: /HTTP status code/, say: (asked) => speaksHttp(asked) },
];

/** A sentence that says what went wrong with `asked.target` and what to do next. */
export function explainFailure(failure: RpcFailure, asked: Asked): string {
  const details = oneLine(failure.details);
  const found = EXPLANATIONS.find((each) => each.code === failure.code && each.text.test(details));
  return found?.say(asked, details) ?? `${asked.target} answered ${shortReason(failure)}. Check Jaeger's log, ${INSTEAD}.`;
}

/** Status and text alone, for one call of many. */
export function shortReason(failure: RpcFailure): string {
  const name = grpcStatusNames[failure.code] ?? `status ${failure.code}`;
  const details = oneLine(failure.details);
  return details === "" ? name : `${name}: ${details}`;
}

function speaksHttp({ target }: Asked): string {
  return target.endsWith(":16686")
    ? `${target} speaks HTTP, not gRPC: that is Jaeger's UI port. The gRPC query port is 16685.`
    : `${target} does not speak gRPC (HTTP or something else). Jaeger's gRPC query port is 16685, its UI port 16686.`;
}

function certificateTrouble(details: string): string {
  const words = /(self-signed certificate[a-z ]*|unable to [a-z ]+|certificate has expired|certificate is not yet valid)/i.exec(details);
  return words?.[1]?.trim() ?? "unknown authority";
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}

/** A server's text may be long and hold line breaks or terminal control characters. */
function oneLine(text: string): string {
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ").trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
