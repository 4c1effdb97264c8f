// Listeners that hand requests on to several services and make no spans, where no capture shows what goes out of them: the SERVER spans of what they receive
// are those of the services behind.

import type { TraceDiff } from "../diff/trace-diff.ts";
import type { Draft } from "./draft.ts";
import { isPlaceholder } from "./placeholder.ts";

/** A service behind it was asked so often at least: a span or two may be matched wrong, and a process may be renamed. */
const MIN_SPANS = 3;
const MIN_SHARE = 0.05;

/** Marks the drafts of listeners that ids on the wire lead to SERVER spans of several services. */
export function findGateways({ matches }: TraceDiff, receiver: (hop: number) => Draft): void {
  const served = new Map<Draft, Map<string, number>>();
  for (const [hop, { server, serverBy }] of matches) {
    if (server === undefined || serverBy !== "span id" || isPlaceholder(server.resource.service)) continue;
    const draft = receiver(hop);
    const services = served.get(draft) ?? new Map<string, number>();
    served.set(draft, services);
    services.set(server.resource.service, (services.get(server.resource.service) ?? 0) + 1);
  }
  for (const [draft, services] of served) {
    const least = Math.max(MIN_SPANS, MIN_SHARE * draft.received);
    draft.isGateway = [...services.values()].filter((n) => n >= least).length > 1;
  }
}
