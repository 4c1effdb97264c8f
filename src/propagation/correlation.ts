// Fields that name a request, not a trace: they never make a context. Where all services pass one on, it tells which request caused which.

/** In order of preference: what proxies make (Envoy, NGINX, Heroku), what applications make, and one that forces a Jaeger trace by name. */
export const correlationFieldNames: readonly string[] = [
  "x-request-id",
  "x-correlation-id",
  "correlation-id",
  "x-correlationid",
  "request-id",
  "x-ms-client-request-id",
  "jaeger-debug-id",
];

/** Where `name` (lower case) stands in the order of preference; -1: it is no correlation id. */
export function correlationRank(name: string): number {
  return correlationFieldNames.indexOf(name);
}
