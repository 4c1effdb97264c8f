// Which attributes of a span and of a resource are kept, and as what.

import { MAX_FIELD_VALUE_BYTES } from "../wire/limits.ts";
import { KEPT_ATTRIBUTES, type Resource, type SpanKind, spanKinds } from "./span.ts";

/** Text, number or truth value; undefined for lists, maps, bytes and nothing. */
export type Scalar = string | number | boolean | undefined;
export type Attributes = Record<string, string | number | boolean>;

export function keepAttribute(into: Attributes, key: string, value: Scalar): void {
  if (value === undefined || !KEPT_ATTRIBUTES.has(key)) return;
  into[key] = typeof value === "string" ? cut(value) : jsonNumber(value);
}

/** Attributes of a resource that `resourceFrom` reads: no other needs to be decoded. */
export const RESOURCE_ATTRIBUTES: ReadonlySet<string> = new Set([
  "service.name",
  "k8s.pod.name",
  "host.name",
  "telemetry.sdk.language",
  "telemetry.sdk.name",
  "telemetry.sdk.version",
  "webengine.name",
  "jaeger.version",
  "opencensus.exporterversion",
]);

export function resourceFrom(attributes: ReadonlyMap<string, Scalar>): Resource {
  const text = (key: string): string | undefined => {
    const value = attributes.get(key);
    return typeof value === "string" && value !== "" ? cut(value) : undefined;
  };
  const podName = text("k8s.pod.name");
  const pod = podName ?? text("host.name");
  const client = jaegerClient(text("jaeger.version") ?? text("opencensus.exporterversion"));
  const language = text("telemetry.sdk.language") ?? client?.language;
  const sdk = text("telemetry.sdk.name") ?? client?.sdk;
  const sdkVersion = text("telemetry.sdk.version") ?? client?.sdkVersion;
  const webEngine = text("webengine.name");
  return {
    service: text("service.name") ?? "",
    ...(pod !== undefined && { pod }),
    ...(pod !== undefined && podName === undefined && { podBy: "host.name" as const }),
    ...(language !== undefined && { language }),
    ...(sdk !== undefined && { sdk }),
    ...(sdkVersion !== undefined && { sdkVersion }),
    ...(webEngine !== undefined && { webEngine }),
  };
}

/** Names that Jaeger's client libraries have for languages, and OpenTelemetry's. */
const LANGUAGES: Readonly<Record<string, string>> = {
  go: "go",
  java: "java",
  node: "nodejs",
  python: "python",
  "c++": "cpp",
  csharp: "dotnet",
};

/** `Go-2.30.0`, as Jaeger's client libraries name themselves, or `Jaeger-Go-2.30.0`, as OpenTelemetry's collector writes that. */
function jaegerClient(version: string | undefined): Required<Pick<Resource, "sdk" | "language" | "sdkVersion">> | undefined {
  const [, name = "", sdkVersion = ""] = /^(?:Jaeger-)?([A-Za-z+]{1,20})-(\d[\w.-]*)$/.exec(version ?? "") ?? [];
  const language = LANGUAGES[name.toLowerCase()];
  return language === undefined ? undefined : { sdk: "jaeger", language, sdkVersion };
}

/** OTLP's number, its enum name, or Jaeger's `span.kind`. */
export function spanKind(value: unknown): SpanKind {
  if (typeof value === "number") return spanKinds[value] ?? "unspecified";
  if (typeof value !== "string") return "unspecified";
  const name = value.replace(/^SPAN_KIND_/, "").toLowerCase();
  return spanKinds.find((kind) => kind === name) ?? "unspecified";
}

/** An integer as text, as JSON must spell one beyond 2^53, becomes a number where a number holds it. */
export function integerFromText(text: string): Scalar {
  if (!/^-?\d{1,20}$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
}

export function cut(text: string): string {
  return text.length > MAX_FIELD_VALUE_BYTES ? text.slice(0, MAX_FIELD_VALUE_BYTES) : text;
}

/** JSON has no NaN and no infinity: a report would show `null`. */
function jsonNumber(value: number | boolean): string | number | boolean {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}
