// Captures that are made to hurt, in small: each ends, says its cap where it reaches one, and leaves a report. `scripts/attacks.mjs` runs them in
// full size and measures memory.

import { describe, expect, it } from "vitest";
import { attacks } from "../scripts/attacks.mjs";
import { recognizeCapture } from "../src/capture/registry.ts";
import { inspect, WireReader } from "../src/pipeline.ts";
import { reportFormats } from "../src/report/registry.ts";
import { PLAIN } from "./report/inspect-packets.ts";
import { writeAll } from "./report/write-all.ts";

async function run(chunks: Iterable<Uint8Array>) {
  const wire = new WireReader();
  const sink = wire.sinkFor(0, "attack");
  let reader: ReturnType<NonNullable<ReturnType<typeof recognizeCapture>>["open"]> | undefined;
  for (const chunk of chunks) {
    reader ??= recognizeCapture(chunk)?.open(sink);
    reader?.push(chunk);
  }
  reader?.end();
  const file = { file: "attack", index: 0, format: "", packets: 1, bytes: 0, firstPacketAt: undefined, lastPacketAt: undefined };
  const inspection = await inspect(wire, [file], { names: new Map(), traces: undefined });
  let written = 0;
  for (const format of reportFormats)
    writeAll(
      format.write(inspection, { ...PLAIN, hops: "all" }, (piece) => {
        written += piece.length;
      }),
    );
  return { inspection, written };
}

describe("attacks", () => {
  it.each(Object.entries(attacks))("%s", async (_, { make, small: [count, isLimit] }) => {
    const { inspection, written } = await run(make(count));
    expect(written).toBeGreaterThan(0);
    // Of the file, or of the run; it is said however much else is wrong.
    expect(inspection.anomalies.some(({ code }) => code === "limit")).toBe(isLimit);
  });
});
