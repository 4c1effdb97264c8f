// A separation as a clause of a finding's sentence: "only POST", "only in the first 5.0 s", "only above 20 requests/s".

import { HALF, LEADING_ZERO } from "./hop-features.ts";
import type { Bound, Separation } from "./separation.ts";

/** Values that a sentence can name. */
const FEW = 3;
/** So few exchanges, after which all are affected, are told by their number. */
const FIRST_ONES = 9;

/** "" where the routes of the finding say it, or words would say nothing. `startedAt`: the first exchange of the edge, µs. */
export function separationClause(separated: Separation | undefined, startedAt: number): string {
  if (separated === undefined || separated.feature === "route") return "";
  const what = wordOf(separated, startedAt);
  if (what === "") return "";
  const { affected, rest } = separated;
  const spared = rest.inside + rest.outside;
  if (separated.bound?.side === "above" && separated.feature === "time" && affected.outside + rest.inside === 0 && spared <= FIRST_ONES)
    return spared === 1 ? ", all but the first" : `, all but the first ${spared}`;
  const exceptions = affected.outside === 0 ? "only" : "nearly only";
  return `, ${exceptions} ${what}${rest.inside > 0 ? ` (${affected.inside} of ${affected.inside + rest.inside} there)` : ""}`;
}

function wordOf({ feature, values, bound }: Separation, startedAt: number): string {
  const names = values.length <= FEW ? values.join(", ") : "";
  switch (feature) {
    case "time":
      return bound === undefined ? "" : timeWord(bound, startedAt);
    case "head length":
      return bound === undefined ? "" : `${withOf(bound)} request heads of ${bound.at} bytes or more`;
    case "body length":
      return bound === undefined ? "" : `${withOf(bound)} request bodies of ${bound.at} bytes or more`;
    case "head length of the cause":
      return bound === undefined ? "" : `those caused by requests ${withOf(bound)} heads of ${bound.at} bytes or more`;
    case "body length of the cause":
      return bound === undefined ? "" : `those caused by requests ${withOf(bound)} bodies of ${bound.at} bytes or more`;
    case "rate":
      return bound === undefined ? "" : `above some ${bound.at} requests/s`;
    case "id":
      return values.map(idWord).join(" and ");
    case "cause":
      return names === "" ? "" : `those that ${names} caused`;
    case "spelling":
      return names === "" ? "" : `where the field is spelt ${names}`;
    case "sender":
      return names === "" ? "" : `from ${names}`;
    case "pod":
      return names === "" ? "" : `those that ${names} served`;
    case "receiver":
      return names === "" ? "" : `to ${names}`;
    default:
      return names;
  }
}

function withOf({ side }: Bound): string {
  return side === "above" ? "with" : "without";
}

function timeWord(bound: Bound, startedAt: number): string {
  if (bound.side === "within") return `from ${clockTime(bound.at)} to ${clockTime(bound.until)} (${lengthOf(bound.until - bound.at)})`;
  const length = lengthOf(Math.max(0, bound.at - startedAt));
  return bound.side === "below"
    ? `in their first ${length} (until ${clockTime(bound.at)})`
    : `after their first ${length} (from ${clockTime(bound.at)})`;
}

function lengthOf(us: number): string {
  const seconds = us / 1_000_000;
  return `${seconds < 10 ? seconds.toFixed(seconds < 1 ? 2 : 1) : Math.round(seconds)} s`;
}

function clockTime(at: number): string {
  return new Date(at / 1_000).toISOString().slice(11, 23);
}

function idWord(shape: string): string {
  if (shape === LEADING_ZERO) return "trace ids with a leading zero (1 in 16)";
  return shape === HALF ? "trace ids of 64 bits" : "trace ids of 128 bits without a leading zero";
}
