// Receivers whose behaviour is known. Adding one = one file here + one line. Of those that may have made a span the first one counts.

import type { Span } from "../../spans/span.ts";
import type { Field } from "../../wire/field.ts";
import { datadogGo, datadogNode, datadogPython } from "./datadog.ts";
import { dotnet } from "./dotnet.ts";
import { go, goBeforeRandom } from "./go.ts";
import { jaegerGo, jaegerJava, jaegerNode, jaegerPython } from "./jaeger-clients.ts";
import { java } from "./java.ts";
import { nodejs } from "./nodejs.ts";
import { envoy, envoyZipkin, nginxOpentracing, nginxOtel } from "./proxies.ts";
import { python, pythonAsgi, pythonWsgi } from "./python.ts";
import { linesOf, type Receiver } from "./receiver.ts";
import { brave, springBrave, zipkinGo, zipkinNode } from "./zipkin.ts";

export const receivers: readonly Receiver[] = [
  goBeforeRandom,
  go,
  nodejs,
  pythonWsgi,
  pythonAsgi,
  python,
  java,
  dotnet,
  datadogNode,
  datadogPython,
  datadogGo,
  jaegerGo,
  jaegerJava,
  jaegerNode,
  jaegerPython,
  brave,
  springBrave,
  zipkinGo,
  zipkinNode,
  envoy,
  envoyZipkin,
  nginxOtel,
  nginxOpentracing,
];

export function receiverOf(span: Span): Receiver | undefined {
  return receivers.find(({ made }) => made(span));
}

/**
 * Why the receiver that made this SERVER span does not join, in a clause that names it; undefined where it should, or is not known. The first format of its
 * own order that the message holds decides: what it can be told to read beside that, it may not have been told.
 */
export function whyRejected(span: Span, fields: readonly Field[]): string | undefined {
  const receiver = receiverOf(span);
  const lines = linesOf(fields);
  for (const reader of receiver?.reads ?? []) {
    const answer = reader.answer(lines, span);
    if (answer === undefined) continue;
    return answer.joins ? undefined : `${receiver?.name} does not join: ${answer.because}`;
  }
  return undefined;
}
