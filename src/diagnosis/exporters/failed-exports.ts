// Exports of spans that nobody took, as the wire alone shows them: where a backend is asked, its findings say what was lost with them.

import type { Naming } from "../../naming/workload.ts";
import type { SpanExport } from "../../protocols/observation.ts";
import { formatEndpoint } from "../../wire/endpoint.ts";
import { figure } from "../../wire/figure.ts";
import { groupBy } from "../../wire/group-by.ts";
import { MAX_FAILED_EXPORTS_TOLD } from "../../wire/limits.ts";
import { sum } from "../../wire/sum.ts";
import { answerName, fateOf, isLost, reasonOf } from "./export-answer.ts";
import { bestView } from "./trouble.ts";

/** A sentence for each exporter, collector and answer, the most first. */
export function failedExports(exports: readonly SpanExport[], { groupOf }: Naming): string[] {
  const legs = groupBy(exports, ({ client, server }) => `${client.address} ${formatEndpoint(server)}`);
  const told = [...legs.values()].flatMap((leg) => {
    const all = bestView(leg);
    const failed = groupBy(
      all.filter((of) => isLost(fateOf(of))),
      answerName,
    );
    return [...failed].map(([answer, lost]) => ({ all, answer, lost }));
  });
  told.sort((a, b) => b.lost.length - a.lost.length);
  const accepted = (all: readonly SpanExport[]) => all.filter((of) => fateOf(of) === "accepted");
  const rest = sum(told.slice(MAX_FAILED_EXPORTS_TOLD).map(({ lost }) => lost.length));
  const sentences = told.slice(0, MAX_FAILED_EXPORTS_TOLD).map(({ all, answer, lost }) => {
    const { client, server } = lost[0]!;
    const who = groupOf(client.address) ?? client.address;
    return `${figure(lost.length)} of ${figure(all.length)} exports of spans from ${who} to ${formatEndpoint(server)} ended with ${answer}${reasonOf(lost, accepted(all))}; what they carried is lost unless it was sent again.`;
  });
  return rest === 0 ? sentences : [...sentences, `${figure(rest)} more exports of spans, of others or to others, were not taken either.`];
}
