// The verdict where no fault was found: as much as the capture can show, and no more.

import type { Inspection } from "../../diagnosis/inspection.ts";
import { countSetAside } from "../../diagnosis/populations.ts";
import { count } from "../../wire/count.ts";
import { figure } from "../../wire/figure.ts";
import { sum } from "../../wire/sum.ts";
import { counted, listed } from "../../wire/words.ts";
import { summarize } from "../summary.ts";
import { countLacking, isPartlyLookedUp, sourceName } from "./headline.ts";
import { styled } from "./line.ts";
import { unreadConnections } from "./not-judged.ts";
import type { Page } from "./page.ts";
import { unexplainedCalls } from "./unexplained.ts";

/** Receivers without spans that are named. */
const MAX_NAMED = 3;

export function writeHealth(inspection: Inspection, page: Page): void {
  const { diagnosis, answer } = inspection;
  const edges = [...diagnosis.tally.edges.values()];
  const judged = sum(edges.map(({ exchanges }) => exchanges));
  const blind = sum(edges.map(({ notObservable }) => notObservable));
  const observed = judged - blind;
  const withContext = sum(edges.map((edge) => edge.withContext));
  const isBlindInPart = blind > 0 || unreadConnections(inspection).some(({ protocol }) => protocol === "TLS");
  if (judged === 0) page.text(2, styled("cyan", "?"), " Nothing to judge: all HTTP seen is health checks, scrapes, exports or preflights.");
  else if (observed === 0) return;
  else if (withContext === 0)
    page.text(
      2,
      styled("cyan", "?"),
      ` No request carries a trace context (0 of ${figure(observed)}): nothing was begun, so nothing could be lost here.`,
    );
  else {
    const which = isBlindInPart ? " that could be read" : unexplainedCalls(inspection) === "" ? "" : " whose way can be told";
    const all = `Every context${which} was carried on`;
    const what = diagnosis.findings.some(({ cause }) => cause === "restarts-trace") ? `${all}, or left on purpose` : all;
    const parts = [
      `${figure(observed)} of ${counted(judged, "exchange")} observed`,
      `${figure(withContext)} with a context`,
      ...matchedParts(inspection),
    ];
    page.text(2, styled("green", "✔"), ` ${what}: ${parts.join(", ")}.`);
  }
  const setAside = countSetAside(diagnosis.tally);
  if (setAside > 0)
    page.text(
      2,
      `  ${counted(setAside, "exchange")} may have lost ${setAside === 1 ? "it" : "theirs"}: that is inferred alone, and of too few to tell.`,
    );
  writeAbsent(inspection, page);
  if (answer === undefined && withContext > 0) page.text(2, "  Whether the receivers used it, only their spans can tell.");
}

/** Right on the wire as far as it was captured, and lost behind it: a verdict of health alone would hide that. */
function writeAbsent(inspection: Inspection, page: Page): void {
  const { answer, diagnosis } = inspection;
  if (answer === undefined || diagnosis.findings.length > 0 || diagnosis.isTailSampled) return;
  const summary = summarize(inspection);
  const { absent } = countLacking(inspection);
  // Where none of them is there it is another export or time: that is a warning already.
  if (absent === 0 || summary.tracesInBackend === 0) return;
  const behind = receiversWithoutSpans(inspection)
    .slice(0, MAX_NAMED)
    .map(([group]) => group);
  const where = behind.length === 0 ? "" : `: capture behind ${listed(behind, "or")}`;
  const are = absent === 1 ? "trace is" : "traces are";
  page.text(2, `  ${figure(absent)} ${are} not in ${sourceName(answer.source)}, and these captures do not show why${where}.`);
}

/** Groups, and how many exchanges to them have no SERVER span; most first. */
function receiversWithoutSpans({ diagnosis }: Inspection): [group: string, exchanges: number][] {
  const without = new Map<string, number>();
  for (const { to, exchanges, recorded } of diagnosis.tally.edges.values())
    if (exchanges > recorded) count(without, to.group, exchanges - recorded);
  return [...without].sort((a, b) => b[1] - a[1]);
}

/** How many exchanges have the receiver's span, and who has none at all. */
function matchedParts(inspection: Inspection): string[] {
  const { diagnosis, answer } = inspection;
  if (answer === undefined) return [];
  const edges = [...diagnosis.tally.edges.values()];
  const found = figure(sum(edges.map(({ recorded }) => recorded)));
  const matched = `${found} matched with their SERVER spans`;
  if (isPartlyLookedUp(inspection)) return [matched, `only ${counted(answer.asked, "trace")} looked up (--max-traces)`];
  const most = receiversWithoutSpans(inspection);
  const named = most.slice(0, MAX_NAMED).map(([group, n]) => `${figure(n)} to ${group}`);
  const others = most.slice(MAX_NAMED);
  if (others.length > 0) named.push(`${figure(sum(others.map(([, n]) => n)))} to ${counted(others.length, "other")}`);
  return [matched, ...(named.length === 0 ? [] : [`none for ${listed(named)}`])];
}
