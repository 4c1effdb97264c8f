// Which trace is meant: ids come from logs, URLs and header values, in any spelling.

import { SPAN_ID_DIGITS, TRACE_ID_DIGITS } from "../wire/id-digits.ts";
import { UserError } from "../wire/user-error.ts";

/** Shortest beginning of an id that is looked for. */
const MIN_PREFIX = 6;
const MAX_NAMED = 5;

/** Lower-case hex digits as they were given, 32 at most; undefined when the text names no trace. */
export function parseTraceId(text: string): string | undefined {
  const value = text
    .trim()
    .replace(/^[\w-]+:\s+/, "")
    .replace(/^["']|["']$/g, "")
    .replaceAll(/%3a/gi, ":")
    .replace(/(…|\.\.\.)$/, "")
    .toLowerCase();
  const inUrl = /\/trace\/([0-9a-f]{1,32})\b/.exec(value)?.[1];
  if (inUrl !== undefined) return inUrl;
  const traceparent = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(value)?.[1];
  if (traceparent !== undefined) return traceparent;
  const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);
  if (uuid) return value.replaceAll("-", "");
  // b3: id-span[-sampled[-parent]]; uber-trace-id: id:span:parent:flags.
  const first = /^([0-9a-f]{1,32})(-[0-9a-f]{16}(-[01d].*)?|:[0-9a-f]{1,16}:.*)?$/.exec(value.replace(/^0x/, ""))?.[1];
  return first;
}

/** The full ids that the given digits mean, among those that were seen; several only where an id and its 64-bit form both were. */
export function findTrace(given: string, text: string, seen: ReadonlySet<string>): string {
  const padded = given.padStart(TRACE_ID_DIGITS, "0");
  if (seen.has(padded)) return padded;
  const ids = [...seen];
  const hits = [
    ids.filter((id) => given.length === SPAN_ID_DIGITS && id.endsWith(given)),
    ids.filter((id) => given.length === TRACE_ID_DIGITS && id === given.slice(-SPAN_ID_DIGITS).padStart(TRACE_ID_DIGITS, "0")),
    ids.filter((id) => given.length >= MIN_PREFIX && given.length < TRACE_ID_DIGITS && id.startsWith(given)),
  ].find((found) => found.length > 0);
  if (hits?.length === 1 && hits[0] !== undefined) return hits[0];
  if (hits !== undefined) throw new UserError(`${text} could be ${hits.length} traces: ${some(hits)}. Give more digits.`);
  throw new UserError(notFound(text, given, ids));
}

function notFound(text: string, given: string, ids: readonly string[]): string {
  if (ids.length === 0) return `trace ${text} was not found: the captures show no trace context at all, and no backend gave a trace.`;
  const isStart = given.length < MIN_PREFIX && ids.some((id) => id.startsWith(given));
  if (isStart) return `${text} is too short for a trace id: give the first ${MIN_PREFIX} digits at least.`;
  const near = ids
    .map((id) => ({ id, common: commonDigits(given, id) }))
    .filter(({ common }) => common >= MIN_PREFIX)
    .sort((a, b) => b.common - a.common)
    .map(({ id }) => id);
  const advice = near.length > 0 ? `The nearest: ${some(near)}.` : `Seen were ${ids.length} others, as ${some(ids)}.`;
  return `trace ${text} is not among those on the wire of these captures and of the backend, where one was asked. ${advice}`;
}

function some(ids: readonly string[]): string {
  return `${ids.slice(0, MAX_NAMED).join(", ")}${ids.length > MAX_NAMED ? ", …" : ""}`;
}

/** Digits that two ids share at either end. */
function commonDigits(a: string, b: string): number {
  let head = 0;
  while (head < a.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  return Math.max(head, tail);
}
