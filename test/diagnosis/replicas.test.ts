import { describe, expect, it } from "vitest";
import { lookUp } from "./build-traffic.ts";
import { look, traceparent } from "./build-view.ts";
import { forwarded, nTimes, requestsOf } from "./cases/case.ts";

/** Every second request goes through ingress#2, which begins new traces. */
const requests = requestsOf(
  nTimes(8, (i) =>
    i % 2 === 0
      ? forwarded(i, { frontend: "ingress#1" })
      : forwarded(i, { frontend: "ingress#2", outgoing: [traceparent(900 + i, 900 + i)] }),
  ),
);
const name = "ingress.shop.svc.cluster.local";
const answer = { ...lookUp("client", name, { addresses: ["10.0.2.2", "10.0.1.2"] }), ttl: 5 };

describe("one replica of several", () => {
  it("is set against the others, with what DNS told the callers as proof", () => {
    const { findings, said } = look({ requests, traffic: { dns: [answer] } });
    expect(said).toEqual(["error split: ingress-2 → orders 4/4, ingress-2, one-backend-of-many"]);
    expect(findings[0]?.remarks).toEqual([
      "Other replicas do not: 10.0.1.2:8080 0 of 4",
      `DNS answers ${name} with 2 addresses for 5 s (10.0.1.2 and 10.0.2.2): callers reach it by turns`,
    ]);
    expect(findings[0]?.exemplars[0]?.fault.proofs).toEqual([answer]);
  });

  it("needs no DNS: a service address hides its replicas", () => {
    const [finding] = look({ requests, traffic: { dns: [lookUp("client", name, { addresses: ["10.96.0.1"] })] } }).findings;
    expect(finding?.remarks).toEqual(["Other replicas do not: 10.0.1.2:8080 0 of 4"]);
    expect(finding?.exemplars[0]?.fault.proofs).toBeUndefined();
  });

  it("is not spoken of where all do it", () => {
    const all = requestsOf(nTimes(4, (i) => forwarded(i, { outgoing: [traceparent(900 + i, 900 + i)] })));
    expect(look({ requests: all, traffic: { dns: [answer] } }).findings[0]?.remarks).toBeUndefined();
  });

  it("is no second listener of the same proxy", () => {
    const made = nTimes(8, (i) =>
      i % 2 === 0
        ? forwarded(i, { frontend: "ingress:8001", outgoing: [traceparent(900 + i, 900 + i)] })
        : forwarded(i, { frontend: "ingress:8002" }),
    );
    const [finding] = look({ requests: requestsOf(made) }).findings;
    expect(finding).toMatchObject({ cause: "restarts-trace", affected: 4 });
    expect(finding?.remarks).toBeUndefined();
  });
});
