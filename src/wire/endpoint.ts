/** One end of a TCP or UDP conversation. `address` is an IPv4 dotted quad or an IPv6 address in RFC 5952 form. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Who sent it. The client is the side that opened the connection (RFC 9293 active open). */
export type Side = "client" | "server";

/** `10.7.0.3:8080`, `[2001:db8::1]:8080`. */
export function formatEndpoint(endpoint: Endpoint): string {
  return endpoint.address.includes(":") ? `[${endpoint.address}]:${endpoint.port}` : `${endpoint.address}:${endpoint.port}`;
}

/** `orders` of `orders:8080`, as a Host field has it. */
export function withoutPort(host: string): string {
  return host.replace(/:\d+$/, "");
}

/** 127.0.0.0/8 or ::1. Such an address means another host in every capture. */
export function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1" || address.startsWith("::ffff:127.");
}

/** Who speaks with whom, as one vantage point shows it. */
export interface SeenEnds {
  readonly vantage: number;
  readonly client: Endpoint;
  readonly server: Endpoint;
}

/** Ports are used again: several connections may have one key. */
export function connectionKey({ vantage, client, server }: SeenEnds): string {
  return `${vantage} ${formatEndpoint(client)} ${formatEndpoint(server)}`;
}

/** The same key from every vantage point that shows the connection. */
export function sharedConnectionKey(ends: SeenEnds): string {
  const { client, server } = ends;
  return isLoopback(client.address) ? connectionKey(ends) : `${formatEndpoint(client)} ${formatEndpoint(server)}`;
}
