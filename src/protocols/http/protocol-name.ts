import type { HttpExchange } from "../observation.ts";

/** What an exchange is called in reports: `HTTP/1.1`, `HTTP/2`, `gRPC`. */
export function protocolName({ version, grpc }: HttpExchange): string {
  return grpc !== undefined ? "gRPC" : `HTTP/${version}`;
}
