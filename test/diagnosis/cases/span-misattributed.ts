import type { Span } from "../../../src/spans/span.ts";
import { client, type Request, server, traceparent } from "../build-view.ts";
import { checkout, forwarded, nTimes, type RuleCases, requestsOf } from "./case.ts";

type ServerOptions = Omit<Parameters<typeof server>[1], "trace" | "id" | "parent">;

const calls = nTimes(4, (i) => checkout(i));

/** Spans of client → frontend → orders; what is given changes how each service describes itself. */
function spansOf(checkouts: typeof calls, frontend: ServerOptions, orders: (of: Request, i: number) => ServerOptions): Span[] {
  return checkouts.flatMap(({ inbound, outbound, ids }, i) => [
    server(inbound, { trace: ids.trace, id: ids.frontend, parent: ids.caller, ...frontend }),
    client(outbound, { trace: ids.trace, id: ids.call, parent: ids.frontend, ...frontend, name: "HTTP GET" }),
    server(outbound, { trace: ids.trace, id: ids.orders, parent: ids.call, ...orders(outbound, i) }),
  ]);
}

function world(orders: ServerOptions | ((of: Request, i: number) => ServerOptions), frontend: ServerOptions = {}, checkouts = calls) {
  const of = typeof orders === "function" ? orders : () => orders;
  return { requests: requestsOf(checkouts), spans: spansOf(checkouts, frontend, of) };
}

const routes = ["/stock/1", "/reserve/1"];
const onTwoRoutes = nTimes(8, (i) => checkout(i, { target: routes[i % 2] ?? "" }));
const ofOneHandler = nTimes(8, (i) => checkout(i, { target: `/stock/${["red", "blue"][i % 2]}` }));
const toReplicas = nTimes(8, (i) => checkout(i, { orders: `orders#${(i % 2) + 1}` }));
const jobs = nTimes(4, (i) => checkout(i, { caller: "client" }));
const proxied = nTimes(4, (i) => forwarded(i));

const missing = (service: string) => ({
  name: `service.name is ${service === "" ? "empty" : service}`,
  world: world({ service }),
  says: ["error misattributed: frontend → orders 4/4, orders, service-name-missing"],
});
const useless = (name: string) => ({
  name: `SERVER spans are called ${name === "" ? "nothing" : `"${name}"`}`,
  world: world({ name }),
  says: ["warning misattributed: frontend → orders 4/4, orders, span-name-useless"],
});
const fine = (name: string) => ({ name: `a SERVER span called "${name}"`, world: world({ name }), says: [] });

export const spanMisattributed: RuleCases = {
  rule: "span-misattributed",
  fires: [
    ...["", "unknown_service", "unknown_service:node", "missing-service-name", "OTLPResourceNoServiceName"].map(missing),
    ...["", "HTTP", "?", "/", "server", "http.handler"].map(useless),
    {
      name: "of two replicas one has no service name",
      world: world((_, i) => ({ service: i % 2 === 0 ? "orders" : "unknown_service:app" }), {}, toReplicas),
      says: ["error misattributed: frontend → orders-2 4/4, orders-2, service-name-missing"],
    },
    {
      name: "a job that only calls has no service name",
      world: {
        requests: jobs.map(({ inbound }) => inbound),
        spans: jobs.flatMap(({ inbound, ids, spans }) => [
          client(inbound, { trace: ids.trace, id: ids.caller, service: "unknown_service:python" }),
          spans.frontend,
        ]),
      },
      says: ["error misattributed: client → frontend 4/4, client, service-name-missing"],
    },
    {
      name: "the others name their pods",
      world: world({}, { pod: "frontend-5d9c7" }),
      says: ["warning misattributed: frontend → orders 4/4, orders, pod-name-missing"],
    },
    {
      name: "of two replicas one does not name its pod",
      world: world((_, i) => (i % 2 === 0 ? { pod: "orders-1" } : {}), { pod: "frontend-5d9c7" }, toReplicas),
      says: ["warning misattributed: frontend → orders-2 4/4, orders-2, pod-name-missing"],
    },
    {
      name: "one name for several routes, by the first part of their paths",
      world: world({ name: "stock" }, {}, onTwoRoutes),
      says: ["warning misattributed: frontend → orders 8/8, orders, span-name-useless"],
    },
    {
      name: "one name for several routes, by http.route",
      world: world((of) => ({ name: "handler", route: of.target.replace("1", "{id}") }), {}, onTwoRoutes),
      says: ["warning misattributed: frontend → orders 8/8, orders, span-name-useless"],
    },
    {
      name: "two faults of one service are two findings",
      world: world({ name: "HTTP", service: "unknown_service:app" }),
      says: [
        "error misattributed: frontend → orders 4/4, orders, service-name-missing",
        "warning misattributed: frontend → orders 4/4, orders, span-name-useless",
      ],
    },
  ],
  staysQuiet: [
    ...["GET", "HTTP GET", "GET /stock/{id}", "/stock/:id", "GET /**", "stock"].map(fine),
    {
      name: "the root may be asked for",
      world: world(
        { name: "/" },
        {},
        nTimes(4, (i) => checkout(i, { target: "/" })),
      ),
      says: [],
    },
    {
      name: "the method alone, on several routes that nobody tells",
      world: world({ name: "GET" }, {}, onTwoRoutes),
      says: [],
    },
    {
      name: "a handler's name for one route whose ids are words",
      world: world({ name: "getStock" }, {}, ofOneHandler),
      says: [],
    },
    {
      name: "names of an operation for each route",
      world: world((of) => ({ name: of.target.startsWith("/stock") ? "getStock" : "reserve" }), {}, onTwoRoutes),
      says: [],
    },
    {
      name: "nobody names a pod",
      world: world({}),
      says: [],
    },
    {
      name: "a host's name will do: a machine outside the cluster, or a pod's own",
      world: world({ host: "vm-7" }, { pod: "frontend-5d9c7" }),
      says: [],
    },
    {
      name: "hosts' names prove no Kubernetes: some SDKs tell them, some do not",
      world: world({}, { host: "laptop" }),
      says: [],
    },
    {
      name: "a proxy's spans are named by its routes and tell no pod",
      world: {
        requests: requestsOf(proxied),
        spans: proxied.flatMap(({ inbound, outbound, ids }) => [
          server(inbound, { trace: ids.trace, id: ids.frontend + 1, parent: ids.caller, sdk: "envoy", name: "/" }),
          server(outbound, { trace: ids.trace, id: ids.orders, parent: ids.caller, pod: "orders-5d9c7", name: "GET /stock/{id}" }),
        ]),
      },
      says: [],
    },
    {
      name: "health checks, whatever their spans are called",
      world: {
        requests: nTimes(3, (i) => ({ ...calls[0]!.inbound, at: i * 1_000, target: "/healthz", fields: [traceparent(1, 1)] })),
        spans: nTimes(3, (i) => server({ ...calls[0]!.inbound, at: i * 1_000, target: "/healthz" }, { id: 90 + i, name: "HTTP" })),
      },
      says: [],
    },
    {
      name: "the same service name on two workloads is no missing one",
      world: world({ service: "shop" }, { service: "shop" }),
      says: [],
    },
  ],
};
