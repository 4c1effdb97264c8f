// The propagation formats that are read. Adding one = one file + one line here.

import { UserError } from "../wire/user-error.ts";
import { b3Multi } from "./b3-multi.ts";
import { b3Single } from "./b3-single.ts";
import { cloudTrace } from "./cloud-trace.ts";
import { datadog } from "./datadog.ts";
import type { PropagationFormat } from "./format.ts";
import { FormatSet, MAX_FORMATS } from "./format-set.ts";
import { readGivenFormat } from "./given-format.ts";
import { grpcTraceBin } from "./grpc-trace-bin.ts";
import { jaeger } from "./jaeger.ts";
import { otTracer } from "./ot-tracer.ts";
import { sw8 } from "./sw8.ts";
import { w3c } from "./w3c.ts";
import { xray } from "./xray.ts";

/**
 * In order of preference: a hop's `context` is the first of these that is valid. W3C is what OpenTelemetry puts first; "the
 * single-header variant takes precedence over the multiple header one" (B3). What a vendor's platform adds by itself comes last.
 */
export const propagationFormats: readonly PropagationFormat[] = [
  w3c,
  b3Single,
  b3Multi,
  jaeger,
  grpcTraceBin,
  datadog,
  otTracer,
  sw8,
  xray,
  cloudTrace,
];

export const standardFormats = new FormatSet(propagationFormats);

/** The formats above, and behind them house-made ones: `NAME=HEADER,REGEX` each. Throws `UserError`. */
export function formatsWith(definitions: readonly string[]): FormatSet {
  if (definitions.length === 0) return standardFormats;
  const given = definitions.map(readGivenFormat);
  const formats = [...propagationFormats, ...given];
  const twice = formats.find(({ name }, i) => formats.findIndex((other) => other.name === name) < i);
  if (twice !== undefined)
    throw new UserError(`--propagation-format ${twice.name}: there is a format of this name already; choose another.`);
  if (formats.length > MAX_FORMATS)
    throw new UserError(`--propagation-format: at most ${MAX_FORMATS - propagationFormats.length} formats can be added.`);
  return new FormatSet(formats);
}

/**
 * Whether the field carries the ids of this format. A house-made format is not known here: its fields are those that no other format
 * reads.
 */
export function isFieldOf(format: string, fieldName: string): boolean {
  if (propagationFormats.some(({ name }) => name === format)) return standardFormats.carriesIds(format, fieldName);
  return !standardFormats.isTraceField(fieldName);
}
