import { JOINS, type Receiver, rejects } from "./receiver.ts";
import { whyNobodyJoins } from "./traceparent-value.ts";

/** Node joins equal field names with a comma before the SDK sees them. */
export const nodejs: Receiver = {
  name: "OpenTelemetry JavaScript",
  made: ({ resource }) => resource.language === "nodejs",
  answer(lines) {
    if (lines.length > 1) return rejects("there are two lines, which Node joins into one value");
    const why = whyNobodyJoins(lines[0] ?? "");
    return why === undefined ? JOINS : rejects(why);
  },
};
