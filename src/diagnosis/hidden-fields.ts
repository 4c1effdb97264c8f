// From which packet on an HTTP/2 connection that was joined late can be read whole again.

import type { Hop } from "../hops/hop.ts";
import type { ConnectionSummary } from "../protocols/observation.ts";
import { connectionKey } from "../wire/endpoint.ts";
import { groupBy } from "../wire/group-by.ts";
import type { View } from "./view.ts";

/** One clause about a request with hidden fields. */
export function hiddenFieldsDetail(hop: Hop, view: View): string {
  const what = "header fields refer to HPACK entries sent before the capture";
  const hidden = connectionOf(hop, view)?.hidden;
  if (hidden === undefined) return what;
  return hidden.knownFrom === undefined
    ? `${what}, and some stay unknown as long as the connection is captured`
    : `${what}; from frame ${hidden.knownFrom.number} of its capture on all fields are known`;
}

function connectionOf({ exchange }: Hop, { connections }: View): ConnectionSummary | undefined {
  const at = exchange.request?.startedAt ?? exchange.response?.startedAt ?? 0;
  return indexOf(connections)
    .get(connectionKey(exchange))
    ?.find(({ openedAt, lastPacketAt }) => at >= openedAt && at <= lastPacketAt);
}

const indices = new WeakMap<readonly ConnectionSummary[], Map<string, ConnectionSummary[]>>();

/** Those with hidden fields, by their ends; made once for all hops. */
function indexOf(connections: readonly ConnectionSummary[]): Map<string, ConnectionSummary[]> {
  const known = indices.get(connections);
  if (known !== undefined) return known;
  const index = groupBy(
    connections.filter(({ hidden }) => hidden !== undefined),
    connectionKey,
  );
  indices.set(connections, index);
  return index;
}
