import { describe, expect, it } from "vitest";
import { look, request, times, tls, traceparent } from "../diagnosis/build-view.ts";

interface Mesh {
  /** Whether what comes in to frontend is encrypted, and taken out of it by its sidecar; else it comes in plain to the sidecar. */
  readonly isReceivingEncrypted: boolean;
  /** What frontend asks its sidecar for. */
  readonly host: string;
  /** Whether the kubelet looks after the application, past its sidecar. */
  readonly isProbed?: boolean;
}

/** frontend:9080 is an application behind a sidecar, and asks frontend:15001, which sends on encrypted; every third call has lost its context. */
function mesh({ isReceivingEncrypted, host, isProbed = false }: Mesh) {
  const requests = times(9, (i) => {
    const [at, came] = [i * 1_000, traceparent(i + 1, 16 * (i + 1))];
    return [
      ...(isReceivingEncrypted ? [] : [request("client → frontend:8080", { at, until: at + 90, target: "/pay", fields: [came] })]),
      request("frontend → frontend:9080", { at: at + 5, until: at + 85, target: "/pay", fields: [came] }),
      request("frontend → frontend:15001", {
        at: at + 10,
        until: at + 60,
        target: `/stock/${i}`,
        fields: [["Host", host], ...(i % 3 === 0 ? [] : [traceparent(i + 1, 16 * (i + 1) + 1)])],
      }),
    ];
  });
  const at = 900;
  return look({
    requests: isProbed
      ? [...requests, request("stock → frontend:9080", { at: 20_000, target: "/healthz", fields: [["User-Agent", "kube-probe/1.29"]] })]
      : requests,
    tls: [
      ...(isReceivingEncrypted ? times(9, (i) => [tls("client → frontend:8443", { at: at + i * 1_000 - 900 })]) : []),
      tls("frontend → orders:8443", { at }),
    ],
  });
}

describe("a sidecar that sends on encrypted", () => {
  it("is its service's outgoing proxy, and who asks it is judged by what reached the application", () => {
    const { blamed, view } = mesh({ isReceivingEncrypted: false, host: "orders" });
    expect(view.naming.receiverOf(2)).toMatchObject({ group: "frontend outgoing proxy", role: "proxy", isOutgoing: true });
    expect(blamed).toEqual(["error stripped: frontend → frontend outgoing proxy 3/9, frontend, unknown"]);
  });

  it("is its proxy, where it takes what comes in out of its encryption: nothing is hidden from who looks inside", () => {
    const { blamed, view } = mesh({ isReceivingEncrypted: true, host: "orders" });
    expect(view.naming.senderOf(0)).toBe(view.naming.receiverOf(1));
    expect(view.naming.senderOf(0)).toMatchObject({ group: "frontend proxy", role: "proxy", isOutgoing: false });
    expect(blamed).toEqual(["error stripped: frontend → frontend proxy 3/9, frontend, unknown"]);
  });

  it("is so too where the kubelet looks after the application", () => {
    const { blamed } = mesh({ isReceivingEncrypted: true, host: "orders", isProbed: true });
    expect(blamed).toEqual(["error stripped: frontend → frontend proxy 3/9, frontend, unknown"]);
  });

  it("is not an application that a proxy before it hands its requests to, with the Host that came", () => {
    const fields = [["Host", "shop.example.com"], traceparent(1, 1)] as const;
    const requests = times(6, (i) => [
      request("client → frontend:80", { at: 1_000 * i, until: 1_000 * i + 90, target: "/pay", fields }),
      request("frontend → frontend:8000", { at: 1_000 * i + 5, until: 1_000 * i + 85, target: "/pay", fields }),
    ]);
    const { naming } = look({ requests, tls: [tls("frontend → orders:8443", { at: 900 })] }).view;
    expect(naming.receiverOf(1)).toMatchObject({ isOutgoing: false });
  });

  it("is asked for others by name: a helper on loopback is none", () => {
    const { view } = mesh({ isReceivingEncrypted: false, host: "127.0.0.1:15001" });
    expect(view.naming.receiverOf(2)).toMatchObject({ isOutgoing: false });
  });
});
