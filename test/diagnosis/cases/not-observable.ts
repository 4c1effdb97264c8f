import { request } from "../build-view.ts";
import { forwarded, nTimes, type RuleCases, requestsOf } from "./case.ts";

const dropped = nTimes(3, (i) => forwarded(i, { outgoing: [] }));
const seen = (head: "partial" | "missing") => requestsOf(dropped).map((r) => (r.from === "ingress" ? { ...r, head } : r));

export const notObservable: RuleCases = {
  rule: "not-observable",
  fires: [
    {
      name: "heads that a short snaplen cut are never called stripped",
      world: { requests: seen("partial") },
      says: ["note not-observable: capture 3/6, nobody, capture-cut"],
    },
    {
      name: "answers whose requests the capture lacks",
      world: { requests: seen("missing") },
      says: ["note not-observable: capture 3/6, nobody, capture-cut"],
    },
  ],
  staysQuiet: [
    { name: "whole heads", world: { requests: requestsOf(nTimes(3, (i) => forwarded(i))) }, says: [] },
    {
      name: "cut heads that still show a context",
      world: { requests: requestsOf(nTimes(3, (i) => forwarded(i))).map((r) => ({ ...r, head: "partial" as const })) },
      says: [],
    },
    {
      name: "cut heads of health checks",
      world: { requests: nTimes(3, (i) => request("client → orders", { at: i * 1_000, target: "/healthz", head: "partial" })) },
      says: [],
    },
    {
      name: "one capture lacks a head that another one holds whole",
      world: { requests: requestsOf(nTimes(3, (i) => forwarded(i))).map((r) => ({ ...r, seenFrom: [0, 1] })) },
      says: [],
    },
  ],
};
