// Calls that go out behind the answer (followed-calls.ts) get the request that they follow for a parent: what happened to be open then is none.

import { INFERRED, type ParentLink } from "../hops/hop.ts";
import type { HopTable } from "../hops/hop-table.ts";
import { followedCalls } from "./followed-calls.ts";
import type { Facts } from "./view.ts";

/** How sure the only request is that such a call can have followed. */
const ONLY = 0.8;
/** What so much else speaks for is kept. */
const SURE = 0.9;
/** Of more than so many none is named. */
const MAX_NAMED = 2;

/** Finds and links them. By hop index: the requests that each may have followed, the newest first. */
export function linkFollowedCalls(facts: Facts): ReadonlyMap<number, readonly number[]> {
  const followed = followedCalls(facts);
  linkFollowed(facts.table, followed);
  return followed;
}

/** `followed`: by hop index, the requests that it may have followed. Requests and calls are taken to keep their order. */
export function linkFollowed(table: HopTable, followed: ReadonlyMap<number, readonly number[]>): void {
  const taken = new Set<number>();
  for (const [call, requests] of [...followed].sort((a, b) => a[0] - b[0])) {
    const hop = table.hop(call);
    if (requests.length === 0) continue;
    if (hop.parent !== undefined && !isGuess(hop.parent)) continue;
    const inOrder = [...requests].sort((a, b) => a - b);
    const next = inOrder.find((request) => !taken.has(request));
    if (next !== undefined) taken.add(next);
    const likeliest = next ?? inOrder[0]!;
    const confidence = requests.length === 1 ? ONLY : 1 / requests.length;
    hop.parent = requests.length > MAX_NAMED ? undefined : { hop: likeliest, because: "timing", confidence };
    hop.candidates = [likeliest, ...inOrder.filter((request) => request !== likeliest)];
  }
}

/** It was the only one open then, or is none too likely. */
function isGuess({ because, confidence }: ParentLink): boolean {
  return because === "only candidate" || (INFERRED.has(because) && confidence < SURE);
}
