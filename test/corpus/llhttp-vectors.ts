// llhttp's own test vectors (MIT): input and the log of what its parser reports.

import { readFileSync } from "node:fs";

export interface Vector {
  readonly file: string;
  readonly line: number;
  readonly name: string;
  readonly kind: "http" | "url";
  readonly meta: { readonly type?: string; readonly skipBody?: boolean };
  readonly input_b64: string;
  readonly expected: readonly string[];
}

/** What llhttp has read of one message. */
export interface LoggedMessage {
  method: string;
  target: string;
  protocol: string;
  version: string;
  status: number;
  readonly fields: { name: string; value: string }[];
  /** How many of the fields have their whole value. */
  wholeFields: number;
  isHeadComplete: boolean;
  bodyLength: number;
  isComplete: boolean;
}

export interface Log {
  readonly messages: readonly LoggedMessage[];
  /** Why llhttp stopped. Its pause for an upgrade or a tunnel (code 22) is no error. */
  readonly error: string | undefined;
}

export function readVectors(path: string): Vector[] {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** The bytes. The vectors lost the empty line at their end where the log goes two bytes further than the input. */
export function inputOf(vector: Vector): Uint8Array {
  const bytes = Buffer.from(vector.input_b64, "base64");
  const reached = Math.max(...vector.expected.map((line) => Number(/^off=(\d+)/.exec(line)?.[1] ?? 0)));
  return Uint8Array.from(reached > bytes.length ? Buffer.concat([bytes, Buffer.from("\r\n")]) : bytes);
}

export function readLog(vector: Vector): Log {
  const messages: LoggedMessage[] = [];
  let error: string | undefined;
  let last = "";
  for (const line of vector.expected) {
    if (line.endsWith("message begin"))
      messages.push({
        method: "",
        target: "",
        protocol: "",
        version: "",
        status: 0,
        fields: [],
        wholeFields: 0,
        isHeadComplete: false,
        bodyLength: 0,
        isComplete: false,
      });
    const message = messages.at(-1);
    const failed = /error code=(\d+) reason="(.*)"/.exec(line);
    if (failed && failed[1] !== "22") error = failed[2];
    if (message === undefined) continue;
    // A line end in a body is written as a word: span[body]=lf.
    const span = /len=(\d+) span\[(\w+)\]=(?:"(.*)"$)?/s.exec(line);
    if (span) addSpan(message, span[2]!, plain(span[3] ?? ""), Number(span[1]), last);
    if (line.endsWith("header_value complete")) message.wholeFields = message.fields.length;
    const head = /headers complete (?:method=\d+|status=(\d+))/.exec(line);
    if (head) {
      message.isHeadComplete = true;
      message.status = Number(head[1] ?? 0);
    }
    if (line.endsWith("message complete")) message.isComplete = true;
    last = /span\[(\w+)\]/.exec(line)?.[1] ?? (line.includes("complete") ? "" : last);
  }
  return { messages, error };
}

function addSpan(message: LoggedMessage, name: string, text: string, length: number, last: string): void {
  switch (name) {
    case "method":
      message.method += text;
      break;
    case "url":
      message.target += text;
      break;
    case "protocol":
      message.protocol += text;
      break;
    case "version":
      message.version += text;
      break;
    case "body":
      message.bodyLength += length;
      break;
    case "header_field":
      if (message.isHeadComplete) break; // a trailer
      if (last === "header_field") message.fields.at(-1)!.name += text;
      else message.fields.push({ name: text, value: "" });
      break;
    case "header_value":
      if (!message.isHeadComplete) message.fields.at(-1)!.value += text;
      break;
    default:
  }
}

function plain(text: string): string {
  return text.replace(/\\(x[0-9a-f]{2}|.)/gi, (_, code: string) =>
    code.startsWith("x") ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : ({ t: "\t", n: "\n", r: "\r", f: "\f" }[code] ?? code),
  );
}
