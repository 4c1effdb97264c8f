import type { Span } from "../../../src/spans/span.ts";
import { client, type Request, request, server, times, traceparent, type World } from "../build-view.ts";

/** A small world, and everything that is said of it (see `Seen.said`). */
export interface Case {
  readonly name: string;
  readonly world: World;
  readonly says: readonly string[];
  /** Known not to hold yet, and why. */
  readonly failsBecause?: string;
}

/** What a rule is held to: where it fires, and where it has nothing to blame anybody for. */
export interface RuleCases {
  readonly rule: string;
  readonly fires: readonly Case[];
  readonly staysQuiet: readonly Case[];
}

type Fields = Request["fields"];

interface Changes {
  readonly incoming?: Fields;
  readonly outgoing?: Fields;
  readonly target?: string;
  readonly frontend?: string;
  readonly orders?: string;
  readonly status?: number;
  readonly caller?: string;
}

/** A request with its ids: who called, what the receiver and the sender of the call made of it. */
export interface Checkout {
  readonly ids: {
    readonly trace: number;
    readonly caller: number;
    readonly frontend: number;
    readonly call: number;
    readonly orders: number;
  };
  readonly inbound: Request;
  readonly outbound: Request;
  /** Spans as they are when everything is right. */
  readonly spans: { readonly frontend: Span; readonly call: Span; readonly orders: Span };
}

/** client → frontend → orders, where frontend is an application. The i-th comes i seconds after noon. */
export function checkout(i: number, changes: Changes = {}): Checkout {
  const base = (i + 1) * 16;
  const ids = { trace: i + 1, caller: base, frontend: base + 1, call: base + 2, orders: base + 3 };
  const { frontend = "frontend", orders = "orders", caller = "client", target = `/stock/${i}`, status = 200 } = changes;
  const at = i * 1_000;
  const inbound = request(`${caller} → ${frontend}`, {
    at,
    target: "/checkout",
    fields: changes.incoming ?? [traceparent(ids.trace, ids.caller)],
  });
  const outbound = request(`${frontend} → ${orders}`, {
    at: at + 20,
    until: at + 80,
    target,
    status,
    fields: changes.outgoing ?? [traceparent(ids.trace, ids.call)],
  });
  const spans = {
    frontend: server(inbound, { trace: ids.trace, id: ids.frontend, parent: ids.caller }),
    call: client(outbound, { trace: ids.trace, id: ids.call, parent: ids.frontend }),
    orders: server(outbound, { trace: ids.trace, id: ids.orders, parent: ids.call }),
  };
  return { ids, inbound, outbound, spans };
}

/** client → ingress → orders, where ingress passes every request on and has no spans. */
export function forwarded(i: number, changes: Changes = {}): Checkout {
  const base = (i + 1) * 16;
  const ids = { trace: i + 1, caller: base, frontend: base, call: base, orders: base + 3 };
  const { frontend = "ingress", orders = "orders", target = `/stock/${i}`, status = 200 } = changes;
  const incoming = changes.incoming ?? [traceparent(ids.trace, ids.caller)];
  const at = i * 1_000;
  const inbound = request(`client → ${frontend}`, { at, target, status, fields: incoming });
  const outbound = request(`${frontend} → ${orders}`, {
    at: at + 20,
    until: at + 80,
    target,
    status,
    fields: changes.outgoing ?? incoming,
  });
  const own = server(outbound, { trace: ids.trace, id: ids.orders, parent: ids.caller });
  return { ids, inbound, outbound, spans: { frontend: own, call: own, orders: own } };
}

export function requestsOf(checkouts: readonly Checkout[]): Request[] {
  return checkouts.flatMap(({ inbound, outbound }) => [inbound, outbound]);
}

export function nTimes<T>(n: number, make: (i: number) => T): T[] {
  return Array.from({ length: n }, (_, i) => make(i));
}

/** client → ingress → frontend → orders, four times; what ingress sends on, and what frontend calls with. */
export function behindIngress(passedOn: (i: number, came: Fields[number]) => Fields, called: (i: number) => Fields): Request[] {
  return times(4, (i) => {
    const [at, came] = [1_000 * i, traceparent(i + 1, 16 * (i + 1))];
    return [
      request("client → ingress", { at, until: at + 90, target: "/pay", fields: [came] }),
      request("ingress → frontend", { at: at + 5, until: at + 85, target: "/pay", fields: passedOn(i, came) }),
      request("frontend → orders", { at: at + 10, until: at + 80, target: "/stock", fields: called(i) }),
    ];
  });
}
