// The fields that carry a user's own key-value pairs along with a trace, in every format. Values are private: reports show keys and lengths.

import { BAGGAGE_HEADER, parseBaggage } from "./baggage.ts";
import { decodeBase64 } from "./base64.ts";
import { DATADOG_TAGS, UPPER_HALF_TAG } from "./datadog.ts";

const SW8_CORRELATION = "sw8-correlation";
const JAEGER_BAGGAGE = "jaeger-baggage";
/** One field an item, its key behind the prefix: Jaeger's clients, and OpenTracing's basic tracers. */
const PREFIXES = ["uberctx-", "ot-baggage-"] as const;
/** Tags of Datadog that are its own: which half of the id, and who decided to sample. Others may hold a user's name. */
const PUBLIC_TAGS: ReadonlySet<string> = new Set([UPPER_HALF_TAG, "_dd.p.dm"]);

/** Lower-case names; one that ends in `*` stands for every field that begins so. */
export const baggageFieldNames: readonly string[] = [
  BAGGAGE_HEADER,
  JAEGER_BAGGAGE,
  SW8_CORRELATION,
  ...PREFIXES.map((prefix) => `${prefix}*`),
];

/** In any case of letters. */
export function isBaggageField(name: string): boolean {
  const lower = name.toLowerCase();
  return (
    lower === BAGGAGE_HEADER || lower === JAEGER_BAGGAGE || lower === SW8_CORRELATION || PREFIXES.some((prefix) => lower.startsWith(prefix))
  );
}

/** What may be shown of a field: keys and lengths of baggage, and the value of any other. */
export function withoutBaggageValues(name: string, value: string): string {
  const lower = name.toLowerCase();
  if (lower === DATADOG_TAGS) return datadogTags(value);
  if (!isBaggageField(lower)) return value;
  if (lower === BAGGAGE_HEADER || lower === JAEGER_BAGGAGE) return summary(value, w3cMembers(value));
  return lower === SW8_CORRELATION ? summary(value, skyWalkingMembers(value)) : `${value.length} characters`;
}

function summary(value: string, members: readonly string[]): string {
  return `${members.length} member${members.length === 1 ? "" : "s"}, ${value.length} characters: ${members.join(", ")}`;
}

/** Jaeger writes `key=value, key=value` too. */
function w3cMembers(value: string): string[] {
  return parseBaggage(value).members.map(({ key, valueLength }) => `${key} (${valueLength})`);
}

/** `base64(key):base64(value)`, split by commas (SkyWalking Cross Process Correlation Headers Protocol v1). */
function skyWalkingMembers(value: string): string[] {
  if (value.trim() === "") return [];
  return value.split(",").map((member) => {
    const [key = "", text = ""] = member.split(":");
    const bytes = decodeBase64(key.trim());
    return `${bytes === undefined ? "?" : String.fromCharCode(...bytes)} (${decodeBase64(text.trim())?.length ?? text.length})`;
  });
}

function datadogTags(value: string): string {
  return value
    .split(",")
    .map((tag) => {
      const equals = tag.indexOf("=");
      const key = tag.slice(0, Math.max(equals, 0)).trim();
      return equals > 0 && PUBLIC_TAGS.has(key) ? tag : `${key} (${tag.length - equals - 1})`;
    })
    .join(",");
}
