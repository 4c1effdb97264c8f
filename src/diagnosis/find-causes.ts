// Before anything is judged: what calls of one kind all together tell of their causes, beyond the parent that each has.

import { linkBorrowedContexts } from "./borrowed-contexts.ts";
import { databaseCalls } from "./database-calls.ts";
import { linkFollowedCalls } from "./link-followed.ts";
import { timerCalls } from "./timer-calls.ts";
import type { Facts, View } from "./view.ts";
import { WireAlone } from "./wire-alone.ts";

/** Each links in the table what it finds, and the next reads the links of those before. */
export function findCauses(facts: Facts): View {
  const followed = linkFollowedCalls(facts);
  const borrowed = linkBorrowedContexts(facts);
  const unprompted = new Set([...databaseCalls(facts), ...timerCalls(facts)]);
  const found = { followed, borrowed, unprompted, unserved: new Map(), unseen: new Map() };
  return { ...facts, found, wireAlone: new WireAlone(facts), ownTraceOf: () => undefined, splitOfTwin: () => undefined };
}
