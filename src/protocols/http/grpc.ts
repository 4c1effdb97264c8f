// gRPC as a reading of an HTTP/2 exchange ("gRPC over HTTP2", grpc/grpc PROTOCOL-HTTP2.md).

import { MAX_GRPC_PATHS } from "../../wire/limits.ts";
import { remembered } from "../../wire/remembered.ts";
import type { GrpcCall } from "../observation.ts";

const CONTENT_TYPE = "application/grpc";

export function isGrpc(contentType: string | undefined): boolean {
  return contentType?.startsWith(CONTENT_TYPE) === true;
}

/** `path`: `/package.Service/Method`; the others are the values of `grpc-status` and `grpc-timeout`. */
export function readGrpc(path: string | undefined, status: string | undefined, timeout: string | undefined): GrpcCall {
  return grpcCall(path, readStatus(status), timeout === undefined ? undefined : readTimeout(timeout));
}

/** The same from values that were read before; `timeout` in µs. */
export function grpcCall(path: string | undefined, status: number | undefined, timeout: number | undefined): GrpcCall {
  const { service, method } = path === undefined || path === "" ? UNKNOWN : procedureOf(path);
  return timeout === undefined ? { service, method, status } : { service, method, status, timeout };
}

interface Procedure {
  readonly service: string | undefined;
  readonly method: string | undefined;
}

const UNKNOWN: Procedure = { service: undefined, method: undefined };

const procedureOf = remembered(splitPath, MAX_GRPC_PATHS);

/** The service may itself hold slashes where a proxy put a prefix in front. */
function splitPath(path: string): Procedure {
  const slash = path.lastIndexOf("/");
  return { service: path.slice(path.startsWith("/") ? 1 : 0, Math.max(slash, 0)), method: path.slice(slash + 1) };
}

function readStatus(value: string | undefined): number | undefined {
  if (value === "0") return 0;
  return value !== undefined && /^\d{1,3}$/.test(value) ? Number(value) : undefined;
}

const UNITS: Readonly<Record<string, number>> = { H: 3_600_000_000, M: 60_000_000, S: 1_000_000, m: 1_000, u: 1, n: 0.001 };

/** At most eight digits and a unit. */
function readTimeout(value: string): number | undefined {
  if (!/^\d{1,8}[HMSmun]$/.test(value)) return undefined;
  return Number(value.slice(0, -1)) * UNITS[value.at(-1)!]!;
}
