// What is said of one cause: its lines in the help of each rule that gives it, and what to change.

import { adviceMarkdown } from "../diagnosis/advice-markdown.ts";
import { adviceFor } from "../diagnosis/fixes.ts";
import type { Rule } from "../diagnosis/rule.ts";
import type { Cause } from "../diagnosis/verdict.ts";

/** Markdown. */
export function pageOfCause(cause: Cause, rules: readonly Rule[]): string {
  const told = rules.flatMap(({ id, summary, help }) => {
    const own = itemsOf(help).filter((item) => item.slice(0, item.indexOf(": ")).includes(`\`${cause}\``));
    return [`## ${id}`, summary, ...own];
  });
  const advice = adviceFor(cause)?.any ?? [];
  const fix = advice.length === 0 ? [] : ["## How to fix", adviceMarkdown(advice, "\n\n")];
  const more = rules.map(({ id }) => `\`traceinspect explain ${id}\``).join(", ");
  return [`# ${cause}`, `\`${cause}\` is a cause.`, ...told, ...fix, `In full, with advice for each language and proxy: ${more}.`].join(
    "\n\n",
  );
}

/** Items of lists, each with the lines that it goes on over. */
function itemsOf(help: string): string[] {
  return help.split(/\n(?=- )|\n\n/).filter((part) => part.startsWith("- "));
}
