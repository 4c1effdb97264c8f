import { expect, test } from "vitest";
import { look, request, times } from "./build-view.ts";

test("the request may follow half a minute later, and not after that", () => {
  const asked = (i: number, after: number) => {
    const [at, target] = [100_000 * i, `/checkout/${i}`];
    const fields = [["access-control-request-headers", "traceparent"]] as const;
    return [
      request("client → frontend", { at, until: at + 20, method: "OPTIONS", target, status: 204, fields }),
      request("client → frontend", { at: at + after, until: at + after + 20, method: "POST", target }),
    ];
  };
  const { findings } = look({ requests: times(4, (i) => asked(i, i < 3 ? 20_000 : 40_000)) });
  expect(findings.map(({ cause, affected, of }) => [cause, affected, of])).toEqual([["cors-preflight", 1, 4]]);
});

test("a blocked preflight names the finding that counts it, one that is followed by its request names none", () => {
  const preflight = (i: number, allows: string) =>
    request("client → frontend", {
      at: i * 1_000,
      until: i * 1_000 + 20,
      method: "OPTIONS",
      target: `/checkout/${i}`,
      status: 204,
      fields: [["access-control-request-headers", "traceparent"]],
      answer: [["Access-Control-Allow-Headers", allows]],
    });
  const { findings, findingsOf, view } = look({ requests: times(4, (i) => [preflight(i, i < 3 ? "content-type" : "traceparent")]) });
  expect(findings.map(({ cause, affected, of }) => [cause, affected, of])).toEqual([["cors-preflight", 3, 4]]);
  expect([...findingsOf].map(([hop, own]) => [view.table.hop(hop).path, own])).toEqual([
    ["/checkout/0", [0]],
    ["/checkout/1", [0]],
    ["/checkout/2", [0]],
  ]);
});
