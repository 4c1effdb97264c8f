// AWS X-Ray ("Tracing header" of its developer guide):
// X-Amzn-Trace-Id: Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1
// Load balancers add `Self`, Lambda adds `Lineage`; both say nothing about the parent.

import { SPAN_ID_DIGITS, TRACE_ID_DIGITS } from "../wire/id-digits.ts";
import { commaInSingleValue, occursMoreThanOnce, quote, splitParts, trimOws } from "./field-lines.ts";
import type { Extraction, PropagationFormat, TraceContext } from "./format.ts";
import { canonicalId, isHex, isLowerHex, isZeros } from "./hex.ts";

const X_AMZN_TRACE_ID = "x-amzn-trace-id";

// Root = version "-" epoch seconds "-" unique part
const VERSION = "1";
const EPOCH_DIGITS = 8;
const UNIQUE_DIGITS = TRACE_ID_DIGITS - EPOCH_DIGITS;
const ROOT_LENGTH = VERSION.length + 1 + EPOCH_DIGITS + 1 + UNIQUE_DIGITS;
/** More than any sender writes; a hostile value is not taken apart to its end. */
const MAX_PAIRS = 16;

export const xray: PropagationFormat = {
  name: "xray",
  fields: [X_AMZN_TRACE_ID],
  extract(fields) {
    const [first, second] = fields;
    if (first === undefined) return undefined;
    if (second !== undefined) return { format: "xray", malformed: occursMoreThanOnce(fields.map((field) => field.value)) };
    return parse(trimOws(first.value));
  },
};

function parse(value: string): Extraction | undefined {
  const { root, parent, sampled } = readPairs(value);
  // A load balancer writes `Root` or `Self` alone: a correlation id. Without a parent nothing is continued, which is no fault.
  if (parent === undefined) {
    const problem = root === undefined ? undefined : rootProblem(root, value);
    return problem === undefined ? undefined : { format: "xray", malformed: problem };
  }
  const problem = (root === undefined ? "Parent comes without Root" : rootProblem(root, value)) ?? parentProblem(parent, value);
  if (root === undefined || problem !== undefined) return { format: "xray", malformed: problem ?? "" };
  const warnings: string[] = [];
  const epochStart = VERSION.length + 1;
  const digits = root.slice(epochStart, epochStart + EPOCH_DIGITS) + root.slice(epochStart + EPOCH_DIGITS + 1);
  if (!isLowerHex(digits, 0, digits.length) || !isLowerHex(parent, 0, parent.length))
    warnings.push("the ids hold upper-case hex digits; receivers differ in accepting them");
  const context: TraceContext = {
    traceId: canonicalId(digits, TRACE_ID_DIGITS),
    traceIdSeen: root,
    spanId: canonicalId(parent, SPAN_ID_DIGITS),
    sampled: samplingDecision(sampled, warnings),
  };
  return { format: "xray", context, warnings };
}

interface Pairs {
  root?: string;
  parent?: string;
  sampled?: string;
}

/** Keys are case-sensitive in every SDK; of a repeated key the last one counts. */
function readPairs(value: string): Pairs {
  const pairs: Pairs = {};
  for (const part of splitParts(value, ";", MAX_PAIRS)) {
    const equals = part.indexOf("=");
    if (equals < 0) continue;
    const text = trimOws(part.slice(equals + 1));
    switch (trimOws(part.slice(0, equals))) {
      case "Root":
        pairs.root = text;
        break;
      case "Parent":
        pairs.parent = text;
        break;
      case "Sampled":
        pairs.sampled = text;
        break;
      default:
    }
  }
  return pairs;
}

function rootProblem(root: string, value: string): string | undefined {
  const [version = "", epoch = "", unique, ...more] = splitParts(root, "-", 4);
  if (root.length < ROOT_LENGTH && value.endsWith(root) && isCutRoot(version, epoch, unique))
    return `the value ends after ${root.length} of ${ROOT_LENGTH} characters of Root`;
  const comma = commaInSingleValue(value);
  if (comma !== undefined) return comma;
  if (unique === undefined || more.length > 0) return `Root is ${quote(root)}, not three parts: version, epoch time and identifier`;
  if (version !== VERSION) return `the version of Root is ${quote(version)}, not ${VERSION}`;
  if (epoch.length !== EPOCH_DIGITS || !isHex(epoch)) return `the epoch time of Root is not ${EPOCH_DIGITS} hexadecimal digits`;
  if (unique.length !== UNIQUE_DIGITS || !isHex(unique)) return `the identifier of Root is not ${UNIQUE_DIGITS} hexadecimal digits`;
  return isZeros(epoch, 0, EPOCH_DIGITS) && isZeros(unique, 0, UNIQUE_DIGITS) ? "Root is all zeroes" : undefined;
}

function isCutRoot(version: string, epoch: string, unique: string | undefined): boolean {
  return (
    (version === VERSION || version === "") && (epoch === "" || isHex(epoch)) && (unique === undefined || unique === "" || isHex(unique))
  );
}

function parentProblem(parent: string, value: string): string | undefined {
  if (parent.length < SPAN_ID_DIGITS && value.endsWith(parent) && (parent === "" || isHex(parent)))
    return `the value ends after ${parent.length} of ${SPAN_ID_DIGITS} characters of Parent`;
  const comma = commaInSingleValue(value);
  if (comma !== undefined) return comma;
  if (parent.length !== SPAN_ID_DIGITS || !isHex(parent)) return `Parent is not ${SPAN_ID_DIGITS} hexadecimal digits`;
  return isZeros(parent, 0, SPAN_ID_DIGITS) ? "Parent is all zeroes" : undefined;
}

/** `?` asks the receiver to decide; without `Sampled` it decides as well. */
function samplingDecision(sampled: string | undefined, warnings: string[]): TraceContext["sampled"] {
  if (sampled === "1") return true;
  if (sampled === "0") return false;
  if (sampled !== undefined && sampled !== "?")
    warnings.push(`Sampled is ${quote(sampled)}, not 1, 0 or ?; receivers differ in what they make of it`);
  return "deferred";
}
