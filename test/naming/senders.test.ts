import { expect, it } from "vitest";
import type { HopTable } from "../../src/hops/hop-table.ts";
import { emptyDraft } from "../../src/naming/draft.ts";
import { findSenders, type SenderWorld } from "../../src/naming/senders.ts";
import { MAX_CALLERS } from "../../src/wire/limits.ts";

/** So many machines that send one request each and listen nowhere. */
function sendersOf(callers: number) {
  const rows = Uint32Array.from({ length: callers }, (_, i) => i);
  const table = {
    size: callers,
    clientHost: rows,
    row: rows,
    hosts: { values: Array.from(rows, (i) => `host ${i}`) },
    exchanges: { ends: { length: callers }, endsOf: rows },
    machines: { listeners: () => [] },
  } as unknown as HopTable;
  const receiver = emptyDraft("10.0.0.2", [80]);
  return findSenders({ table, diff: { matches: new Map() }, listeners: new Map(), receiver: () => receiver } as unknown as SenderWorld);
}

it("callers are told apart up to a number, and the rest are one", () => {
  expect(sendersOf(MAX_CALLERS)).toMatchObject({ areMerged: false, drafts: { length: MAX_CALLERS } });
  const { areMerged, drafts, of } = sendersOf(MAX_CALLERS + 7);
  expect(areMerged).toBe(true);
  expect(drafts).toHaveLength(MAX_CALLERS + 1);
  expect(drafts[of[MAX_CALLERS + 6]!]?.host).toBe("other addresses");
});
