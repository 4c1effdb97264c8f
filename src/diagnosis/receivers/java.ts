import { JOINS, type Receiver, rejects } from "./receiver.ts";
import { whyNobodyJoins } from "./traceparent-value.ts";

/** The agent takes the first of several lines. */
export const java: Receiver = {
  name: "OpenTelemetry Java",
  made: ({ resource }) => resource.language === "java",
  answer([first = ""]) {
    const why = whyNobodyJoins(first);
    return why === undefined ? JOINS : rejects(why);
  },
};
