// Commander's values as typed options: everything unknown about them ends here.

import type { Severity } from "../diagnosis/verdict.ts";
import { DEFAULTS, type InspectOptions } from "./options.ts";

type Values = Readonly<Record<string, unknown>>;

export function readInspectOptions(values: Values, jaeger: string | undefined): InspectOptions {
  const hops = text(values, "hops");
  return {
    jaeger,
    jaegerTls: flag(values, "jaegerTls"),
    jaegerCa: text(values, "jaegerCa"),
    jaegerCert: text(values, "jaegerCert"),
    jaegerKey: text(values, "jaegerKey"),
    jaegerServerName: text(values, "jaegerServerName"),
    jaegerTokenFile: text(values, "jaegerTokenFile"),
    jaegerTimeout: number(values, "jaegerTimeout", DEFAULTS.jaegerTimeout),
    jaegerUi: text(values, "jaegerUi"),
    header: list(values, "header"),
    maxTraces: number(values, "maxTraces", DEFAULTS.maxTraces),
    wait: number(values, "wait", DEFAULTS.wait),
    traces: list(values, "traces"),
    names: text(values, "names"),
    keylog: list(values, "keylog"),
    propagationFormat: list(values, "propagationFormat"),
    isPairingFull: text(values, "pairing") === "full",
    diagnosis: values.diagnosis !== false,
    annotate: text(values, "annotate"),
    exportStitched: text(values, "exportStitched"),
    format: text(values, "format") ?? "text",
    output: text(values, "output"),
    hops: hops === "all" || hops === "faulty" || hops === "none" ? hops : undefined,
    failOn: severity(text(values, "failOn")),
    verbose: flag(values, "verbose"),
    quiet: flag(values, "quiet"),
    color: values.color !== false,
    showBaggage: flag(values, "showBaggage"),
  };
}

export function text(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
}

export function number(values: Values, name: string, otherwise: number): number {
  const value = values[name];
  return typeof value === "number" ? value : otherwise;
}

function flag(values: Values, name: string): boolean {
  return values[name] === true;
}

function list(values: Values, name: string): string[] {
  const value = values[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function severity(value: string | undefined): Severity | "never" {
  return value === "warning" || value === "note" || value === "never" ? value : "error";
}
