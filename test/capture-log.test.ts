import { expect, test } from "vitest";
import { CaptureLog } from "../src/capture-log.ts";
import { anomaly } from "../src/wire/anomaly.ts";
import { MAX_ANOMALIES_KEPT } from "../src/wire/limits.ts";

const file = (index: number) => ({
  file: `${index}.pcap`,
  index,
  format: "pcap",
  packets: 0,
  bytes: 0,
  firstPacketAt: undefined,
  lastPacketAt: undefined,
});

test("a limit is kept however much was odd before it", () => {
  const log = new CaptureLog();
  for (let n = 0; n < 3 * MAX_ANOMALIES_KEPT; n++) log.note(anomaly("malformed", "odd", { layer: "tcp", capture: 0 }));
  log.note(anomaly("limit", "more than 5 of them", { layer: "tcp", capture: 0 }));
  expect(log.anomalies.map(({ code }) => code).filter((code) => code === "malformed")).toHaveLength(MAX_ANOMALIES_KEPT);
  expect(log.anomalies.at(-1)).toMatchObject({ code: "limit", message: "more than 5 of them" });
  expect(log.summarize(file(0)).anomalies).toEqual({ malformed: 3 * MAX_ANOMALIES_KEPT, limit: 1 });
});

test("a limit of the run is no file's", () => {
  const log = new CaptureLog();
  log.note(anomaly("limit", "more than 5 of them", { layer: "exports" }));
  expect(log.anomalies).toHaveLength(1);
  expect([0, 1].map((index) => log.summarize(file(index)).anomalies)).toEqual([{}, {}]);
});
