// How readers of Datadog's fields differ: ids are decimal numbers of 64 bits.

import { JOINS, type Reader, rejects } from "./receiver.ts";

export interface DatadogHabits {
  /** It takes a missing parent, or a parent of 0, as the beginning of a trace with this id. */
  readonly takesNoParent?: boolean;
  readonly takesZeroParent?: boolean;
}

const TRACE_ID = "x-datadog-trace-id";
const PARENT_ID = "x-datadog-parent-id";
const DECIMAL = /^\d{1,20}$/;
const MAX_ID = 2n ** 64n;

export function datadogReader({ takesNoParent, takesZeroParent }: DatadogHabits): Reader {
  return {
    format: "datadog",
    answer(lines) {
      const [traceId] = lines(TRACE_ID);
      const [parent] = lines(PARENT_ID);
      if (traceId === undefined) return undefined;
      if (!isId(traceId) || (parent !== undefined && !isId(parent))) return rejects("an id is no decimal number of 64 bits");
      if (BigInt(traceId) === 0n) return rejects("the trace id is 0");
      if (parent === undefined) return takesNoParent === true ? JOINS : rejects("x-datadog-parent-id is missing");
      return BigInt(parent) === 0n && takesZeroParent !== true ? rejects("the parent id is 0") : JOINS;
    },
  };
}

function isId(text: string): boolean {
  return DECIMAL.test(text) && BigInt(text) < MAX_ID;
}
