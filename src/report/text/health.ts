// The verdict where no fault was found: as much as the capture can show, and no more.

import type { Inspection } from "../../diagnosis/inspection.ts";
import { styled } from "./line.ts";
import { unreadConnections } from "./not-judged.ts";
import type { Page } from "./page.ts";
import { counted, figure } from "./words.ts";

export function writeHealth(inspection: Inspection, page: Page): void {
  const { diagnosis, answer, connections } = inspection;
  const { judgements } = diagnosis;
  const blind = judgements.filter(({ outcome }) => outcome === "not observable").length;
  const observed = judgements.length - blind;
  const withContext = judgements.filter(({ hasContext }) => hasContext).length;
  const isBlindInPart = blind > 0 || unreadConnections(connections).some(({ protocol }) => protocol === "TLS" || protocol === "HTTP/2");
  if (judgements.length === 0)
    page.text(2, styled("cyan", "?"), " Nothing to judge: all HTTP seen is health checks, scrapes, exports or preflights.");
  else if (observed === 0) page.text(2, styled("cyan", "?"), " Nothing could be judged: no request head is in the capture.");
  else if (withContext === 0)
    page.text(
      2,
      styled("cyan", "?"),
      ` No request carries a trace context (0 of ${figure(observed)}): nothing was begun, so nothing could be lost here.`,
    );
  else {
    const what = isBlindInPart ? "Every context that could be read was carried on" : "Every context was carried on";
    const parts = [
      `${figure(observed)} of ${counted(judgements.length, "exchange")} observed`,
      `${figure(withContext)} with a context`,
      ...matched(inspection),
    ];
    page.text(2, styled("green", "✔"), ` ${what}: ${parts.join(", ")}.`);
  }
  if (answer === undefined && withContext > 0) page.text(2, "  Whether the receivers used it, only their spans can tell.");
}

function matched({ diagnosis, diff, answer }: Inspection): string[] {
  if (answer === undefined) return [];
  const n = diagnosis.judgements.filter(({ hop }) => diff.matches.get(hop.index)?.server !== undefined).length;
  return [`${figure(n)} matched with their SERVER spans`];
}
