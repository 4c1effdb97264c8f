// W3C Baggage: what a list holds, and what became of it on the way. Values are private: only their lengths come out of here.

import { groupBy } from "../wire/group-by.ts";
import { quote, trimOws } from "./field-lines.ts";

export const BAGGAGE_HEADER = "baggage";

export interface BaggageMember {
  readonly key: string;
  /** Of the value as it stands on the wire, without its properties. */
  readonly valueLength: number;
  /** How many properties follow the value. */
  readonly properties: number;
}

export interface Baggage {
  readonly members: readonly BaggageMember[];
  /** What breaks the specification or its limits; the members that could be read are there all the same. */
  readonly problems: readonly string[];
}

/** Keys of members, each once and sorted. Order on the wire means nothing: OpenTelemetry Go shuffles it at every hop. */
export interface BaggageChange {
  readonly lost: readonly string[];
  readonly added: readonly string[];
  /** Another value, or other properties, that no cut explains. */
  readonly changed: readonly string[];
  /** The value is a proper prefix of what it was. */
  readonly cut: readonly string[];
  /** All that is left is a proper prefix of the whole text: cut by length, not taken out member by member. */
  readonly isPrefix: boolean;
}

/** §3.3.2 Limits: "A platform MUST propagate at least 64 list-members" and "a baggage-string of at least 8192 bytes". */
const PROPAGATED_MEMBERS = 64;
const PROPAGATED_BYTES = 8192;
/** §3.3.1: `baggage-string = list-member 0*179( OWS "," OWS list-member )`. */
const MAX_MEMBERS = 180;
/** Problems told word by word; a hostile list has thousands. */
const MAX_PROBLEMS = 10;

interface RawMember {
  readonly key: string;
  readonly value: string;
  readonly properties: readonly string[];
}

/** Of the value of all lines, combined with commas. Never throws. */
export function parseBaggage(combined: string): Baggage {
  const problems: string[] = [];
  const members: BaggageMember[] = [];
  for (const { key, value, properties } of readMembers(combined, problems)) {
    members.push({ key, valueLength: value.length, properties: properties.length });
  }
  if (members.length > PROPAGATED_MEMBERS) {
    problems.push(`baggage has ${members.length} list-members; a platform MUST propagate at least ${PROPAGATED_MEMBERS}, not more`);
  }
  // Field values are ASCII or opaque bytes decoded one to one: characters are bytes.
  if (combined.length > PROPAGATED_BYTES) {
    problems.push(`baggage is ${combined.length} bytes long; a platform MUST propagate at least ${PROPAGATED_BYTES}, not more`);
  }
  return { members, problems };
}

/** What a hop did to the list. Percent-encoding another way, whitespace, order and removed duplicates are no change. Never throws. */
export function compareMembers(before: string, after: string): BaggageChange {
  const old = textsByKey(before);
  const now = textsByKey(after);
  const lost = [...old.keys()].filter((key) => !now.has(key)).sort();
  const added = [...now.keys()].filter((key) => !old.has(key)).sort();
  const changed: string[] = [];
  const cut: string[] = [];
  for (const [key, texts] of now) {
    const was = old.get(key);
    if (was === undefined) continue;
    const known = new Set(was.map((text) => text.decoded));
    const fresh = texts.filter((text) => !known.has(text.decoded));
    if (fresh.length === 0) continue;
    const candidates = was.slice(0, MAX_MEMBERS);
    if (fresh.every((text) => candidates.some((other) => isCutOf(text, other)))) cut.push(key);
    else changed.push(key);
  }
  const isPrefix = after.length < before.length && before.startsWith(after);
  return { lost, added, changed: changed.sort(), cut: cut.sort(), isPrefix };
}

// list-member = key OWS "=" OWS value *( OWS ";" OWS property )
function readMembers(combined: string, problems: string[]): RawMember[] {
  const members: RawMember[] = [];
  // No list at all: nothing to say about it.
  if (trimOws(combined) === "") return members;
  for (const text of combined.split(",")) {
    const [pair = "", ...properties] = text.split(";").map(trimOws);
    const equals = pair.indexOf("=");
    const key = trimOws(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? "" : trimOws(pair.slice(equals + 1));
    const problem = memberProblem(text, equals, key, value);
    if (problem !== undefined && problems.length < MAX_PROBLEMS) problems.push(problem);
    if (equals >= 0 && key !== "") members.push({ key, value, properties });
  }
  return members;
}

function memberProblem(text: string, equals: number, key: string, value: string): string | undefined {
  if (trimOws(text) === "") return "a list-member is empty";
  if (equals < 0) return `list-member ${quote(key)} has no "="`;
  if (!isToken(key)) return `key ${quote(key)} is not a token (RFC 9110 §5.6.2)`;
  return isBaggageOctets(value) ? undefined : `the value of ${quote(key)} holds a character that is no baggage-octet`;
}

/** RFC 9110 §5.6.2: `tchar`, at least one. */
function isToken(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code <= 0x20 || code >= 0x7f || '"(),/:;<=>?@[\\]{}'.includes(text.charAt(i))) return false;
  }
  return text.length > 0;
}

/** US-ASCII without CTLs, whitespace, DQUOTE, comma, semicolon and backslash. */
function isBaggageOctets(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code <= 0x20 || code >= 0x7f || '",;\\'.includes(text.charAt(i))) return false;
  }
  return true;
}

interface MemberText {
  readonly key: string;
  /** Value and properties as they stand, without whitespace. */
  readonly raw: string;
  /** The same with percent-encoding taken off, since senders differ in what they encode. */
  readonly decoded: string;
}

function textsByKey(combined: string): Map<string, MemberText[]> {
  const texts = readMembers(combined, []).map(({ key, value, properties }) => {
    const raw = [value, ...properties].join(";");
    return { key, raw, decoded: percentDecode(raw) };
  });
  return groupBy(texts, ({ key }) => key);
}

/** A text that ends where a property began lost its properties whole: changed, not cut. */
function isCutOf(after: MemberText, before: MemberText): boolean {
  return isProperPrefix(after.raw, before.raw) || isProperPrefix(after.decoded, before.decoded);
}

function isProperPrefix(after: string, before: string): boolean {
  return after.length < before.length && before.startsWith(after) && before[after.length] !== ";";
}

/** "A value contains a URL encoded UTF-8 string"; one that does not is compared as it stands. */
function percentDecode(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
