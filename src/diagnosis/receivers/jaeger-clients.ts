import type { Span } from "../../spans/span.ts";
import { type UberHabits, uberReader } from "./read-uber-trace-id.ts";
import type { Receiver } from "./receiver.ts";

// The client libraries of Jaeger (retired in 2022, and still running): they read `uber-trace-id`, and B3 where told to. Spans say so by `jaeger.version`.

export const jaegerGo = jaegerClient("Go", "go", "measured: jaeger-client-go 2.30", {
  decodes: true,
  takesUpperCase: true,
  takesFirstLine: true,
  takesLongFlags: true,
});

export const jaegerJava = jaegerClient("Java", "java", "measured: jaeger-core 1.8.1", {
  decodes: true,
  takesFirstLine: true,
  takesLongFlags: true,
});

export const jaegerNode = jaegerClient("Node.js", "nodejs", "measured: jaeger-client 3.19", {
  decodes: true,
  takesUpperCase: true,
  takesLongFlags: true,
  takesAnyId: true,
});

/** It does not refuse ids of more than 32 digits, either, which nobody sends. */
export const jaegerPython = jaegerClient("Python", "python", "measured: jaeger-client 4.8", {
  decodes: true,
  takesUpperCase: true,
  takesLongFlags: true,
});

function jaegerClient(name: string, language: string, known: string, habits: UberHabits): Receiver {
  return { name: `Jaeger client for ${name}`, known, made: (span) => isJaegerClient(span, language), reads: [uberReader(habits)] };
}

function isJaegerClient({ resource }: Span, language: string): boolean {
  return resource.sdk === "jaeger" && resource.language === language;
}
