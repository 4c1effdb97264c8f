// Contexts that went on here, and that readers elsewhere are known to reject or to cut: worth knowing before one of them stands behind this hop.

import type { Hop } from "../hops/hop.ts";
import { isNamed } from "../propagation/field-lines.ts";
import type { Extraction } from "../propagation/format.ts";
import type { Field } from "../wire/field.ts";
import { listed, upTo } from "../wire/words.ts";
import { fault } from "./fault.ts";
import type { Fault } from "./judgement.ts";
import { type Lines, linesOf, type Receiver } from "./receivers/receiver.ts";
import { receivers } from "./receivers/registry.ts";
import type { View } from "./view.ts";

/** Flags that everybody reads: 00 and 01. */
const PLAIN_FLAGS = 1;
const MAX_NAMED = 4;
const CERTAIN = 1;

/** Notes of nobody's fault; told where the value came in, and not again where it is passed on. */
export function judgeForOthers(hop: Hop, view: View): Fault[] {
  const { extractions, fields } = hop.reading;
  if (hop.purpose !== "work" || hop.observed !== "full" || !isOdd(extractions, fields)) return [];
  const parent = hop.parent === undefined ? hop.candidates : [hop.parent.hop];
  const before = parent.flatMap((index) => {
    const { reading } = view.table.hop(index);
    return isOdd(reading.extractions, reading.fields) ? detailsOf(reading.extractions, reading.fields) : [];
  });
  return detailsOf(extractions, fields)
    .filter(({ detail }) => !before.some((known) => known.detail === detail))
    .map(({ verdict, detail }) => {
      const cause = verdict === "ignored" ? "format-mismatch" : "header-truncated";
      return { ...fault(verdict, cause, undefined, "note", CERTAIN, detail), isOfOthers: true };
    });
}

/** Anything that a reader could stumble over: what is plain is not looked at further. */
function isOdd(extractions: readonly Extraction[], fields: readonly Field[]): boolean {
  if (extractions.some((extraction) => "malformed" in extraction)) return false;
  const isOddContext = extractions.some(
    (extraction) => "context" in extraction && (extraction.warnings.length > 0 || hasOddFlags(extraction.format, extraction.context.flags)),
  );
  return isOddContext || fields.filter((field) => isNamed(field, "tracestate")).length > 1;
}

function hasOddFlags(format: string, flags = 0): boolean {
  return format === "w3c" && flags > PLAIN_FLAGS;
}

interface Said {
  readonly verdict: "ignored" | "truncated";
  readonly detail: string;
}

function detailsOf(extractions: readonly Extraction[], fields: readonly Field[]): Said[] {
  const lines = linesOf(fields);
  const said: Said[] = extractions.flatMap(({ format }) => {
    const strict = receivers.flatMap(({ name, reads }) => {
      const answer = reads.find((reader) => reader.format === format)?.answer(lines);
      return answer?.joins === false ? [{ name, because: answer.because }] : [];
    });
    const [first] = strict;
    if (first === undefined) return [];
    return [{ verdict: "ignored", detail: `${named(strict.map(({ name }) => name))} would begin a new trace: ${first.because}` } as const];
  });
  if (extractions.some(({ format }) => format === "w3c")) said.push(...losses(lines));
  return said;
}

/** By what is lost. */
function losses(lines: Lines): Said[] {
  const byLoss = new Map<string, string[]>();
  for (const { name, loses } of receivers as readonly Receiver[]) {
    const loss = loses?.(lines);
    if (loss !== undefined) byLoss.set(loss, [...(byLoss.get(loss) ?? []), name]);
  }
  // "drops the whole", of several "drop the whole".
  const clauses = [...byLoss].map(([loss, names]) => `${named(names)} ${names.length === 1 ? loss : loss.replace(/^(\w+)s\b/, "$1")}`);
  return clauses.length === 0 ? [] : [{ verdict: "truncated", detail: clauses.join("; ") }];
}

function named(all: readonly string[]): string {
  // Of one that does it behind every server or in every release, its kinds are not told.
  const names = all.filter((name) => !all.some((other) => name.startsWith(`${other} `)));
  return listed(upTo(MAX_NAMED, names));
}
