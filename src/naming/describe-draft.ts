// Role, service and pod of a workload: by its spans, by what it hands on, by names of its address.

import { isProxySdk } from "../spans/proxy-span.ts";
import type { AddressName, NameOf, NameSource } from "./address-names.ts";
import { type Draft, isForwarding, mainResource, OTHER_ADDRESSES } from "./draft.ts";
import { isPlaceholder } from "./placeholder.ts";
import type { Role } from "./workload.ts";

export interface Description {
  readonly service: string | undefined;
  readonly role: Role;
  readonly pod: string | undefined;
  readonly source: NameSource | "spans" | "neighbour" | "pod" | "replica" | "address";
  /** The same for people. */
  readonly because: string;
  /** A proxy that sends on what its service asks of others. */
  readonly isOutgoing?: boolean;
}

export function describeDraft(draft: Draft, nameOf: NameOf): Description {
  const role = roleOf(draft);
  const port = draft.ports[0];
  const named: AddressName | undefined = draft.isAmbiguous ? undefined : nameOf(draft.host, port);
  const resource = isForwarding(draft) ? undefined : mainResource(draft);
  const pod = named?.pod ?? (draft.isShared ? undefined : resource?.pod);
  // One that hands requests to its application as well is simply its proxy.
  const outgoing = draft.client === undefined || draft.application !== undefined ? {} : { isOutgoing: true };
  if (named?.source === "names file")
    return { service: named.service, role, pod, source: named.source, because: named.because, ...outgoing };
  if (resource !== undefined && !isPlaceholder(resource.service))
    return { service: resource.service, role, pod, source: "spans", because: "spans of the backend" };
  for (const { of, because, ...kind } of [
    { of: draft.application, because: "it hands its requests to this service on the same address" },
    { of: draft.client, because: "it sends this service's requests on, from the same address", ...outgoing },
  ]) {
    const own = of === undefined ? undefined : mainResource(of);
    if (own !== undefined && !isPlaceholder(own.service))
      return { service: own.service, role, pod: pod ?? own.pod, source: "neighbour", because, ...kind };
  }
  const deployment = pod === undefined ? undefined : deploymentOf(pod);
  if (deployment !== undefined && (named === undefined || named.source === "host"))
    return { service: deployment, role, pod, source: "pod", because: "its pod's name" };
  if (named !== undefined) return { service: named.service, role, pod, source: named.source, because: named.because };
  return {
    service: undefined,
    role,
    pod,
    source: "address",
    because:
      draft.host === OTHER_ADDRESSES
        ? "more callers than are told apart"
        : draft.isAmbiguous
          ? "several listeners share this address"
          : "address",
  };
}

/** A Deployment's pods are called after it, with a hash of the template and five letters of their own. */
function deploymentOf(pod: string): string | undefined {
  return /^(.+)-[a-z0-9]{8,10}-[a-z0-9]{5}$/.exec(pod)?.[1];
}

function roleOf(draft: Draft): Role {
  if (draft.ports.length === 0) return draft.isAmbiguous ? "unknown" : "client";
  if (draft.client !== undefined || draft.isGateway) return "proxy";
  if (draft.serverSpans > 0) return draft.proxySpans * 2 > draft.serverSpans ? "proxy" : "application";
  if (isProxySdk(mainResource(draft)?.sdk ?? "")) return "proxy";
  if (draft.sent === 0) return "unknown";
  // What came in before the capture began went on within it: those alone tell whose cause is known, where they are not too few.
  const told = draft.caused >= TOLD * draft.sent ? draft.caused : draft.sent;
  return draft.forwarded * 2 >= told ? "proxy" : "application";
}

/** Part of what it sent. */
const TOLD = 0.25;
