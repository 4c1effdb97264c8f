// A house-made header, as the user describes it: NAME=HEADER,REGEX with the named groups traceId, spanId and sampled.

import { SPAN_ID_DIGITS, TRACE_ID_DIGITS } from "../wire/id-digits.ts";
import { MAX_GIVEN_FORMAT_CHARS } from "../wire/limits.ts";
import { UserError } from "../wire/user-error.ts";
import { occursMoreThanOnce, quote, trimOws } from "./field-lines.ts";
import type { Extraction, PropagationFormat, TraceContext } from "./format.ts";
import { canonicalId, isHex, isZeros } from "./hex.ts";

const OPTION = "--propagation-format";
const EXAMPLE = `${OPTION} 'acme=x-acme-trace,^(?<traceId>[0-9a-f]{32}):(?<spanId>[0-9a-f]{16})(:(?<sampled>[01]))?$'`;
const DEFINITION = /^([a-z][a-z0-9_-]{0,31})=([!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}),(.+)$/s;
const DECISIONS: ReadonlyMap<string, boolean> = new Map([
  ["1", true],
  ["01", true],
  ["true", true],
  ["d", true],
  ["0", false],
  ["00", false],
  ["false", false],
]);

/** Throws `UserError` for a definition that cannot be used. */
export function readGivenFormat(definition: string): PropagationFormat {
  const [, name, header, source] = DEFINITION.exec(definition) ?? [];
  if (name === undefined || header === undefined || source === undefined)
    throw new UserError(`${OPTION} ${definition}: expected NAME=HEADER,REGEX, as in ${EXAMPLE}.`);
  const pattern = compile(name, source);
  return {
    name,
    fields: [header.toLowerCase()],
    extract(fields) {
      const [first] = fields;
      if (first === undefined) return undefined;
      const values = fields.map((field) => trimOws(field.value));
      if (values.some((value) => value !== values[0])) return { format: name, malformed: occursMoreThanOnce(values) };
      return read(name, pattern, trimOws(first.value));
    },
  };
}

function compile(name: string, source: string): RegExp {
  let pattern: RegExp;
  let groups: Readonly<Record<string, string>> | undefined;
  try {
    pattern = new RegExp(source);
    // Matches the empty text, and thereby tells the names of all groups.
    groups = new RegExp(`${source}|`).exec("")?.groups;
  } catch (error) {
    throw new UserError(`${OPTION} ${name}: ${error instanceof Error ? error.message : String(error)}.`);
  }
  for (const group of ["traceId", "spanId"])
    if (groups === undefined || !(group in groups))
      throw new UserError(
        `${OPTION} ${name}: the expression has no group (?<${group}>…); a header without both ids names a request, not a place in a trace.`,
      );
  if (repeatsRepetition(source))
    throw new UserError(
      `${OPTION} ${name}: the expression repeats a group that itself repeats, which can take for ever; write it without.`,
    );
  return pattern;
}

/** `(a+)+` and the like: a group with an open-ended repetition, or a choice, inside an open-ended repetition takes exponential time. */
function repeatsRepetition(source: string): boolean {
  const open: boolean[] = [];
  let isRisky = false;
  let inClass = false;
  for (let i = 0; i < source.length; i++) {
    const character = source[i]!;
    if (character === "\\") i++;
    else if (inClass) inClass = character !== "]";
    else if (character === "[") inClass = true;
    else if (character === "(") {
      open.push(isRisky);
      isRisky = false;
    } else if (character === ")") {
      const isInner: boolean = isRisky;
      if (isInner && isOpenEnded(source, i + 1)) return true;
      isRisky = (open.pop() ?? false) || isInner;
    } else if (character === "|" || isOpenEnded(source, i)) isRisky ||= open.length > 0;
  }
  return false;
}

/** Whether `*`, `+`, or `{n,}` and `{n,m}` stand at `at`. */
function isOpenEnded(source: string, at: number): boolean {
  const character = source[at];
  return character === "*" || character === "+" || (character === "{" && /^\{\d+,\d*\}/.test(source.slice(at, at + 16)));
}

function read(name: string, pattern: RegExp, value: string): Extraction {
  const malformed = (problem: string): Extraction => ({ format: name, malformed: problem });
  if (value === "") return malformed("the value is empty");
  if (value.length > MAX_GIVEN_FORMAT_CHARS)
    return malformed(`the value is longer than ${MAX_GIVEN_FORMAT_CHARS} characters, and is not read`);
  const groups = pattern.exec(value)?.groups;
  if (groups === undefined) return malformed(`the value ${quote(value)} does not match the expression given for ${name}`);
  const traceId = idOf(groups.traceId, TRACE_ID_DIGITS);
  const spanId = idOf(groups.spanId, SPAN_ID_DIGITS);
  if (traceId === undefined)
    return malformed(`traceId is ${quote(groups.traceId ?? "")}, not up to ${TRACE_ID_DIGITS} hex digits above zero`);
  if (spanId === undefined) return malformed(`spanId is ${quote(groups.spanId ?? "")}, not up to ${SPAN_ID_DIGITS} hex digits above zero`);
  const warnings: string[] = [];
  const sampled = samplingDecision(groups.sampled, warnings);
  const seen = traceId === groups.traceId ? {} : { traceIdSeen: groups.traceId ?? "" };
  return { format: name, context: { traceId, ...seen, spanId, sampled }, warnings };
}

/** Hyphens of a UUID are no digits of it. */
function idOf(text: string | undefined, digits: number): string | undefined {
  const id = text?.replaceAll("-", "") ?? "";
  return isHex(id) && id.length <= digits && !isZeros(id, 0, id.length) ? canonicalId(id, digits) : undefined;
}

function samplingDecision(text: string | undefined, warnings: string[]): TraceContext["sampled"] {
  if (text === undefined || text === "") return "deferred";
  const decision = DECISIONS.get(text.toLowerCase());
  if (decision === undefined) warnings.push(`sampled is ${quote(text)}, not 1, 0, true or false`);
  return decision ?? "deferred";
}
