// What the user typed, checked and told apart; no I/O but a look whether a file exists.

import type { Severity } from "../diagnosis/verdict.ts";
import { CAPTURE_NAME } from "../wire/capture-name.ts";
import { JAEGER_QUERY_PORT } from "../wire/jaeger-port.ts";
import { UserError } from "../wire/user-error.ts";

export interface BackendOptions {
  /** Undefined: no Jaeger was asked for. */
  readonly jaeger: string | undefined;
  readonly jaegerTls: boolean;
  readonly jaegerCa: string | undefined;
  readonly jaegerCert: string | undefined;
  readonly jaegerKey: string | undefined;
  readonly jaegerServerName: string | undefined;
  readonly jaegerTokenFile: string | undefined;
  readonly jaegerTimeout: number;
  readonly jaegerUi: string | undefined;
  readonly header: readonly string[];
  readonly maxTraces: number;
  readonly wait: number;
  readonly traces: readonly string[];
}

export interface ReadOptions extends BackendOptions {
  /** Whether calls without ids are paired beyond the usual budget. */
  readonly isPairingFull: boolean;
  readonly names: string | undefined;
  readonly keylog: readonly string[];
  /** NAME=HEADER,REGEX each. */
  readonly propagationFormat: readonly string[];
}

export interface OutputOptions {
  readonly diagnosis: boolean;
  /** Where the traces that should have been go, as OTLP JSON. */
  readonly exportStitched: string | undefined;
  /** Where the captures go with the verdicts as packet comments. */
  readonly annotate: string | undefined;
  readonly format: string;
  readonly output: string | undefined;
  readonly hops: "all" | "faulty" | "none" | undefined;
  readonly failOn: Severity | "never";
  readonly verbose: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
  readonly showBaggage: boolean;
}

export type InspectOptions = ReadOptions & OutputOptions;

export const DEFAULT_JAEGER = `localhost:${JAEGER_QUERY_PORT}`;
/** Seconds, but for the number of trace ids. */
export const DEFAULTS = { jaegerTimeout: 30, maxTraces: 2_000, wait: 15 } as const;

/** HOST or HOST:PORT, with [IPv6] in brackets. A host does not begin with a dash: `-` is standard input. */
const TARGET = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_][A-Za-z0-9_.-]*)(:\d+)?$/;
/** Without the brackets that set off a port (RFC 3986 §3.2.2). */
const IPV6 = /^[0-9a-fA-F]*:[0-9a-fA-F]*:[0-9a-fA-F:.]*$/;
const MOST_PORT = 65_535;

/**
 * `--jaeger` takes an optional value: what is an existing file, or cannot be HOST[:PORT], was meant as a capture, so that
 * `pcap --jaeger capture.pcap` does what was meant. Throws `UserError` for what was meant as an address and is none.
 */
export function splitJaegerValue(
  value: string | true | undefined,
  captures: readonly string[],
  exists: (path: string) => boolean,
): { readonly jaeger: string | undefined; readonly captures: readonly string[] } {
  if (value === undefined) return { jaeger: undefined, captures };
  if (value === true) return { jaeger: DEFAULT_JAEGER, captures };
  if (exists(value)) return { jaeger: DEFAULT_JAEGER, captures: [value, ...captures] };
  const address = /^[a-z+]+:\/\/([^/]*)/i.exec(value)?.[1];
  if (address !== undefined)
    throw new UserError(
      `--jaeger ${value}: expected HOST:PORT of the gRPC query port, not a URL: --jaeger ${address.replace(/:16686$/, `:${JAEGER_QUERY_PORT}`)}`,
    );
  if (IPV6.test(value))
    throw new UserError(`--jaeger ${value}: an IPv6 address stands in brackets: --jaeger [${value}]:${JAEGER_QUERY_PORT}`);
  if (/^[\w.-]+:\w*$/.test(value) && !TARGET.test(value) && !CAPTURE_NAME.test(value))
    throw new UserError(`--jaeger ${value}: expected HOST:PORT with a number, as in --jaeger ${DEFAULT_JAEGER}.`);
  // No host is called as captures are; a file may be, even if it is not there.
  if (CAPTURE_NAME.test(value) || !TARGET.test(value)) return { jaeger: DEFAULT_JAEGER, captures: [value, ...captures] };
  if (Number(/:(\d+)$/.exec(value)?.[1] ?? 1) > MOST_PORT) throw new UserError(`--jaeger ${value}: ports end at ${MOST_PORT}.`);
  return { jaeger: value, captures };
}

/** `name=value`, as gRPC metadata: lower-case names (gRPC over HTTP/2 §requests). */
export function parseHeaders(headers: readonly string[]): [string, string][] {
  return headers.map((header) => {
    const equals = header.indexOf("=");
    if (equals <= 0) throw new UserError(`--header ${header}: expected NAME=VALUE, as in --header x-tenant=acme.`);
    return [header.slice(0, equals).toLowerCase(), header.slice(equals + 1)];
  });
}
