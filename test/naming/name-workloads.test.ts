import { describe, expect, it } from "vitest";
import { client, look, request, server, times, traceparent } from "../diagnosis/build-view.ts";

/** client → frontend, which asks orders through `proxy`; the context of its CLIENT span goes on as far as `carried` says. */
function through(proxy: string) {
  const requests = times(4, (i) => {
    const [at, trace] = [i * 1_000, i + 1];
    const own = traceparent(trace, 16 * trace + 2);
    return [
      request("client → frontend", { at, until: at + 90, target: "/checkout", fields: [traceparent(trace, 16 * trace)] }),
      request(`frontend → ${proxy}`, { at: at + 20, until: at + 80, target: `/stock/${i}`, fields: [own] }),
      request(`${proxy.split(":")[0]} → orders`, { at: at + 25, until: at + 75, target: `/stock/${i}`, fields: [own] }),
    ];
  });
  const spans = times(4, (i) => {
    const [base, trace] = [16 * (i + 1), i + 1];
    return [
      server(requests[3 * i]!, { trace, id: base + 1, parent: base }),
      client(requests[3 * i + 1]!, { trace, id: base + 2, parent: base + 1 }),
      server(requests[3 * i + 2]!, { trace, id: base + 3, parent: base + 2 }),
    ];
  });
  const { view } = look({ requests, spans });
  return view.naming.workloads.map(({ group, role }) => `${group}, ${role}`);
}

describe("a proxy that sends on what a service asks of others", () => {
  it("is that service's where only its machine asks it", () => {
    expect(through("frontend:15001")).toContain("frontend outgoing proxy, proxy");
  });

  it("is a workload of its own on another machine", () => {
    const workloads = through("ingress");
    expect(workloads.filter((workload) => workload.includes("outgoing"))).toEqual([]);
    expect(workloads.filter((workload) => workload.endsWith("proxy"))).toHaveLength(1);
  });
});
