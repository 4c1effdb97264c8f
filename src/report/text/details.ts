// `--verbose`: how names and clocks were found, and anomalies word by word.

import type { Inspection } from "../../diagnosis/inspection.ts";
import { captureNames } from "../capture-names.ts";
import { bold, dim } from "./line.ts";
import type { Page } from "./page.ts";

export function writeDetails(inspection: Inspection, page: Page): void {
  if (!page.options.isVerbose) return;
  writeNames(inspection, page);
  writeClocks(inspection, page);
  writeAnomalies(inspection, page);
}

function writeNames({ naming }: Inspection, page: Page): void {
  page.gap();
  page.line(bold("Workloads"));
  const left = (head: string) => ({ head, align: "left" as const });
  page.table(
    [left("name"), left("address"), left("role"), left("pod"), left("named by")],
    naming.workloads.map(({ name, addresses, role, pod, because }) => [name, addresses.join(", "), role, pod ?? "", because]),
  );
}

function writeClocks({ graph, diff, captures }: Inspection, page: Page): void {
  const shifted = graph.table.clocks.map((offset, i) => [i, offset] as const).filter(([, offset]) => Math.abs(offset) >= 1);
  if (captures.length > 1 || diff.clockOffsets.size > 0) {
    page.gap();
    page.line(bold("Clocks"), dim("  against the clock of the run"));
  }
  if (captures.length > 1 && shifted.length === 0) page.line("  captures agree");
  for (const [i, offset] of shifted) page.line(`  vantage point ${i + 1}: ${milliseconds(offset)}`);
  for (const [service, offset] of diff.clockOffsets)
    page.line(`  spans of ${service === "" ? "(no service name)" : service}: ${milliseconds(offset)}`);
}

function writeAnomalies(inspection: Inspection, page: Page): void {
  const { anomalies, warnings } = inspection;
  const nameOf = captureNames(inspection);
  if (anomalies.length + warnings.length === 0) return;
  page.gap();
  page.line(bold("Anomalies and warnings"));
  for (const { code, message, where } of anomalies) {
    const packet = where.packet === undefined ? "" : ` #${where.packet}`;
    const offset = where.offset === undefined ? "" : ` at byte ${where.offset}`;
    const place = where.capture === undefined ? "" : `${nameOf(where.capture)}${packet}${offset}  `;
    page.text(4, `  ${code}  ${place}${where.layer}: ${message}`);
  }
  for (const warning of warnings) page.text(4, `  warning  ${warning}`);
}

/** `+1.800 ms` */
export function milliseconds(micros: number): string {
  const value = (micros / 1000).toFixed(3);
  return `${micros >= 0 ? "+" : "−"}${value.replace("-", "")} ms`;
}
