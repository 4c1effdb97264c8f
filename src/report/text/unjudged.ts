// `--no-diagnosis`: what was seen, counted and not judged.

import type { Inspection } from "../../diagnosis/inspection.ts";
import { figure } from "../../wire/figure.ts";
import { counted } from "../../wire/words.ts";
import { countConnections, countEdges } from "../plain-counts.ts";
import type { Writing } from "../report-format.ts";
import { writeHops } from "./hop-lines.ts";
import { bold, dim } from "./line.ts";
import { captureItems, leftOut } from "./not-judged.ts";
import type { Page } from "./page.ts";
import type { Column } from "./table.ts";

/** Rows of each table without --verbose. */
const MAX_ROWS = 20;

const left = (head: string): Column => ({ head, align: "left" });
const right = (head: string): Column => ({ head, align: "right" });

export function* writeUnjudged(inspection: Inspection, page: Page): Writing {
  page.text(2, bold("Nothing was judged"), " (--no-diagnosis): calls were not paired with their causes, and no rule was asked.");
  writeEdges(inspection, page);
  writeConnections(inspection, page);
  yield;
  yield* writeHops(inspection, page);
  const items = [leftOut(inspection), ...captureItems(inspection)].filter((item) => item !== "");
  if (items.length > 0) page.gap();
  for (const item of items) page.text(2, item);
}

function writeEdges(inspection: Inspection, page: Page): void {
  const edges = countEdges(inspection);
  if (edges.length === 0) return;
  page.gap();
  page.line(bold("Exchanges by edge"));
  page.table(
    [left("from"), left("to"), left("protocol"), right("exchanges"), right("with context")],
    shown(edges, page).map(({ from, to, protocol, exchanges, withContext }) => [
      from,
      to,
      protocol,
      figure(exchanges),
      figure(withContext),
    ]),
  );
  writeRest(edges.length, "edge", page);
}

function writeConnections(inspection: Inspection, page: Page): void {
  const { servers, omitted } = countConnections(inspection);
  if (servers.length === 0) return;
  page.gap();
  page.line(bold("Connections by server"), dim("  as each vantage point sees them"));
  page.table(
    [left("server"), left("name"), left("protocol"), right("connections"), right("packets"), right("bytes"), right("not captured")],
    shown(servers, page).map(({ server, group, protocol, connections, packets, bytes, missing }) => [
      server,
      group ?? "",
      protocol ?? "not recognised",
      figure(connections),
      figure(packets),
      figure(bytes),
      missing === 0 ? dim("–") : figure(missing),
    ]),
  );
  writeRest(servers.length + omitted, "server", page);
}

function shown<T>(rows: readonly T[], { options }: Page): readonly T[] {
  return options.isVerbose ? rows : rows.slice(0, MAX_ROWS);
}

function writeRest(all: number, what: string, page: Page): void {
  if (all > MAX_ROWS && !page.options.isVerbose) page.line(dim(`  and ${counted(all - MAX_ROWS, `more ${what}`)} (--verbose)`));
}
