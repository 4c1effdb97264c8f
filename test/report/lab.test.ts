// Reports of recordings of real systems: the lines by which a reader knows what is wrong.

import { existsSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { runPcap } from "../../src/commands/pcap.ts";
import { runTrace } from "../../src/commands/trace.ts";
import { recordedWorld } from "./inspect-packets.ts";

const LAB = "../shared/lab";
const capturesOf = (scenario: string) =>
  readdirSync(`${LAB}/${scenario}`)
    .filter((file) => /\.pcap(ng)?$/.test(file))
    .map((file) => `${LAB}/${scenario}/${file}`);
const valuesOf = (scenario: string) => ({ traces: [`${LAB}/${scenario}/jaeger.otlp.json`] });

async function reportOf(scenario: string): Promise<string> {
  const { world, output } = recordedWorld();
  await runPcap(capturesOf(scenario), valuesOf(scenario), world);
  return output();
}

describe.skipIf(!existsSync(LAB))("reports of ../shared/lab", () => {
  test.each([
    [
      "ingress-strips",
      [/^✖ ingress strips .*8 of 20 requests to frontend/m, /ingress ──5\/20──▶ frontend/, /▲ 8 lost here/, /client\.pcap #40 /],
    ],
    ["headless-round-robin", [/^✖ inventory-2 /m, /orders ──12\/12──▶ inventory-2 ──12\/12──▶ warehouse/]],
    ["sidecar-truncates-state", [/^✖ orders proxy /m, /tracestate was cut/, /▲ 13 cut here/]],
    ["capture-loss", [/^\? \d+ of \d+ exchanges cannot be judged/m, /To see it: /]],
    [
      "tls-without-keys",
      [/^✔ Every context that could be read/m, /^\? frontend → orders cannot be judged: 1 connection is encrypted/m, /SSLKEYLOGFILE/],
    ],
    ["mid-connection", [/^\? gateway → quote cannot be judged: 33 of 33 requests/m, /^\? quote → rates /m, /restart one of the two pods/]],
    [
      "service-name-missing",
      [
        /^✖ spans of orders have no service name and stand under "missing-service-name": 20 of 20/m,
        /OTEL_SERVICE_NAME=inventory|"inventory"/,
      ],
    ],
    ["pod-name-missing", [/^▲ spans of orders do not name their pod/m, /fieldPath: metadata\.name/]],
    ["grpc-chain", [/requests like these in checkout\.pcap \(Decode As: TCP port 9090 is HTTP2\):$/m]],
    ["header-too-large", [/POST \/reserve\/57395 {2}answered with 431 at #87$/m]],
    ["flag-flipped", [/requests like these \(4 others among them\) in ingress\.pcap:$/m]],
    ["span-name-useless", [/^▲ SERVER spans of orders have a name that tells no route, "HTTP"/m, /WithSpanNameFormatter/]],
    ["unsampled", [/8 unsampled \(flags 00, absent by right\)/, /^· 8 of 20 requests/m]],
  ])("%s", async (scenario, expected) => {
    const report = await reportOf(scenario);
    for (const line of expected) expect(report).toMatch(line);
  });

  test("healthy: four lines", async () => {
    const report = await reportOf("healthy");
    expect(report).toMatch(/^✔ /m);
    expect(report.trimEnd().split("\n")).toHaveLength(4);
  });

  test("trace: the lost hops are ghosts of the trace that lost them", async () => {
    const { world, output, exitCode } = recordedWorld();
    const id = "00-4AC69CAB3CC0C9E2D77C71D9461A50DB-90c170f2c61d4623-01";
    await runTrace(id, capturesOf("ingress-strips"), valuesOf("ingress-strips"), world);
    expect(output()).toMatch(/^trace 4ac69cab3cc0c9e2d77c71d9461a50db · 5 hops · 0 spans and 7 in other traces · 4 ghost hops/);
    expect(exitCode()).toBe(0);
  });

  test("trace: an id that nobody saw", async () => {
    const { world } = recordedWorld();
    await expect(runTrace("f".repeat(32), capturesOf("healthy"), valuesOf("healthy"), world)).rejects.toThrow(
      /not among those on the wire/,
    );
  });
});
