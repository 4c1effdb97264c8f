// The grammar of `tracestate` (W3C Trace Context §3.3): what a receiver must drop, and what it may meet with surprise.

import { quote, trimOws } from "./field-lines.ts";

export interface TraceState {
  /** In order, duplicates and all; empty list-members are left out. */
  readonly members: readonly (readonly [key: string, value: string])[];
  /** What breaks the specification: a receiver drops the whole list. Empty: it is kept. */
  readonly problems: readonly string[];
  /** Valid, and not treated alike by receivers. */
  readonly warnings: readonly string[];
}

/** §3.3.1: "There can be a maximum of 32 list-members in a list." */
const MAX_MEMBERS = 32;
/** §3.3.1.3: `key` and `value` have up to 256 characters. */
const MAX_KEY_LENGTH = 256;
const MAX_VALUE_LENGTH = 256;
/** §3.3.1.5: "Vendors SHOULD propagate at least 512 characters of a combined header." */
const PROPAGATED_LENGTH = 512;

/** Of the value of all lines, combined. */
export function parseTraceState(combined: string): TraceState {
  const members: (readonly [string, string])[] = [];
  const problems: string[] = [];
  const warnings: string[] = [];
  let start = 0;
  while (start <= combined.length) {
    const comma = combined.indexOf(",", start);
    const end = comma < 0 ? combined.length : comma;
    const member = trimOws(combined.slice(start, end));
    start = end + 1;
    // "Empty and whitespace-only list members are allowed", so that lines can be combined by anybody.
    if (member === "") continue;
    const equals = member.indexOf("=");
    if (equals < 0) {
      if (problems.length === 0) problems.push(withoutEquals(member, comma < 0));
      continue;
    }
    const key = member.slice(0, equals);
    const value = member.slice(equals + 1);
    members.push([key, value]);
    // One problem is enough to drop the list, and a hostile list has thousands.
    if (problems.length > 0) continue;
    const problem = keyProblem(key) ?? valueProblem(key, value);
    if (problem !== undefined) problems.push(problem);
  }
  if (members.length > MAX_MEMBERS)
    problems.push(`tracestate has ${members.length} list-members; there can be a maximum of ${MAX_MEMBERS}`);
  else warnOfKeys(members, warnings);
  if (combined.length > PROPAGATED_LENGTH) {
    warnings.push(`tracestate is ${combined.length} characters long; vendors SHOULD propagate at least ${PROPAGATED_LENGTH}, not more`);
  }
  return { members, problems, warnings };
}

function withoutEquals(member: string, isLast: boolean): string {
  const problem = `tracestate list-member ${quote(member)} has no "="`;
  return isLast ? `${problem}; it is the last one, so the value may have been cut` : problem;
}

/** Level 2: `key = ( lcalpha / DIGIT ) 0*255( keychar )`, which takes in every key of Level 1. */
function keyProblem(key: string): string | undefined {
  if (key === "") return "a tracestate key is empty";
  if (key.length > MAX_KEY_LENGTH)
    return `tracestate key ${quote(key)} is ${key.length} characters long; up to ${MAX_KEY_LENGTH} are allowed`;
  if (!isLowerLetterOrDigit(key.charCodeAt(0))) return `tracestate key ${quote(key)} does not begin with a lowercase letter or a digit`;
  for (let i = 1; i < key.length; i++) {
    if (!isLowerLetterOrDigit(key.charCodeAt(i)) && !"_-*/@".includes(key.charAt(i))) {
      return `tracestate key ${quote(key)} holds a character other than a-z, 0-9, "_", "-", "*", "/" and "@"`;
    }
  }
  return undefined;
}

/** `value = 0*255(chr) nblk-chr`: printable ASCII without comma and "=", not ending with a space. */
function valueProblem(key: string, value: string): string | undefined {
  if (value === "") return `the tracestate value of ${quote(key)} is empty`;
  if (value.length > MAX_VALUE_LENGTH) {
    return `the tracestate value of ${quote(key)} is ${value.length} characters long; up to ${MAX_VALUE_LENGTH} are allowed`;
  }
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code === 0x3d) return `the tracestate value of ${quote(key)} holds a "="`;
    if (code < 0x20 || code > 0x7e) return `the tracestate value of ${quote(key)} holds a character that is not printable ASCII`;
  }
  return undefined;
}

function warnOfKeys(members: TraceState["members"], warnings: string[]): void {
  for (let i = 0; i < members.length; i++) {
    const key = members[i]![0];
    if (isFirstRepeat(members, i)) warnings.push(`tracestate key ${quote(key)} occurs more than once; only one entry per key is allowed`);
    if (!isLevel1Key(key)) warnings.push(`tracestate key ${quote(key)} is valid in Trace Context Level 2 only`);
  }
}

/** The second of several entries with its key: one warning a key. */
function isFirstRepeat(members: TraceState["members"], index: number): boolean {
  let before = 0;
  for (let i = 0; i < index; i++) if (members[i]![0] === members[index]![0]) before++;
  return before === 1;
}

/** Level 1 §3.3.1.3.1: a simple key begins with a letter; a multi-tenant key is `tenant@system` of up to 241 and 14 characters. */
export function isLevel1Key(key: string): boolean {
  const at = key.indexOf("@");
  if (at < 0) return isLowerLetter(key.charCodeAt(0));
  const systemLength = key.length - at - 1;
  return at <= 241 && systemLength >= 1 && systemLength <= 14 && isLowerLetter(key.charCodeAt(at + 1)) && key.indexOf("@", at + 1) < 0;
}

function isLowerLetter(code: number): boolean {
  return code >= 0x61 && code <= 0x7a;
}

function isLowerLetterOrDigit(code: number): boolean {
  return isLowerLetter(code) || (code >= 0x30 && code <= 0x39);
}
