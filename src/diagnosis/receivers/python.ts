import { JOINS, type Receiver, rejects } from "./receiver.ts";
import { whyNobodyJoins } from "./traceparent-value.ts";

const WSGI = /\b(flask|wsgi|django|pyramid|falcon)\b/;
const ASGI = /\b(fastapi|asgi|starlette)\b/;

/** WSGI joins equal field names with a comma (PEP 3333 leaves it to the server); ASGI keeps the lines, and the first one counts. */
export const python: Receiver = {
  name: "OpenTelemetry Python",
  made: ({ resource }) => resource.language === "python",
  answer(lines, { scope }) {
    if (lines.length > 1) {
      if (WSGI.test(scope)) return rejects("there are two lines, which WSGI joins into one value");
      if (!ASGI.test(scope)) return undefined;
    }
    const why = whyNobodyJoins(lines[0] ?? "");
    return why === undefined ? JOINS : rejects(why);
  },
};
