// A slow reader is waited for: what is written and not yet taken stays small however long a report is.

import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { writeReport } from "../../src/commands/write-report.ts";
import { testWorld } from "./test-world.ts";

test("a report that is larger than what its reader takes at a time", async () => {
  let taken = 0;
  let most = 0;
  const slow = new Writable({
    highWaterMark: 1024,
    write(chunk: Buffer, _encoding, done) {
      taken += chunk.length;
      most = Math.max(most, this.writableLength);
      setImmediate(done);
    },
  });
  const piece = "x".repeat(1000);
  await writeReport(undefined, { ...testWorld(), stdout: slow }, function* (sink) {
    for (let i = 0; i < 5000; i++) {
      sink(piece);
      yield;
    }
  });
  expect(taken).toBe(5_000_000);
  expect(most).toBeLessThan(100_000);
});

test("a reader that has gone ends it", async () => {
  const gone = new Writable({
    highWaterMark: 1024,
    write(_chunk, _encoding, done) {
      done(new Error("EPIPE"));
    },
  });
  let steps = 0;
  await writeReport(undefined, { ...testWorld(), stdout: gone }, function* (sink) {
    for (; steps < 5000; steps++) {
      sink("x".repeat(1000));
      yield;
    }
  });
  expect(steps).toBeLessThan(100);
});
