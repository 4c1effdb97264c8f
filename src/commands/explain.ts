// `traceinspect explain`: what a rule means, why it happens, how to fix it.

import { rules } from "../diagnosis/registry.ts";
import type { Rule } from "../diagnosis/rule.ts";
import { causes, verdicts } from "../diagnosis/verdict.ts";
import { draw } from "../report/text/line.ts";
import { wrap } from "../report/text/wrap.ts";
import { UserError } from "../wire/user-error.ts";
import { pageOfCause } from "./explain-cause.ts";
import { type PageStyle, renderMarkdown } from "./explain-markdown.ts";
import { findTopic, nearest } from "./explain-topics.ts";
import { pageWidth } from "./page-width.ts";
import type { World } from "./world.ts";

/** `name`: a rule, a verdict or a cause; without one, all rules are listed. */
export function runExplain(name: string | undefined, world: World): void {
  const style = pageStyle(world);
  world.stdout.write(name === undefined ? listRules(style) : explain(name, style));
}

function explain(name: string, style: PageStyle): string {
  const wanted = name.toLowerCase();
  const topic = findTopic(wanted, rules);
  if (topic === undefined) throw new UserError(whyUnknown(wanted));
  const cause = causes.find((each) => topic.kind === "cause" && each === wanted);
  if (cause !== undefined) return renderMarkdown(pageOfCause(cause, topic.rules), style);
  const pages = topic.rules.map((rule) => renderMarkdown(pageOf(rule), style));
  if (topic.kind === "rule") return pages.join("\n");
  const ids = topic.rules.map(({ id }) => id);
  const covered = `\`${wanted}\` is a verdict; the rule${ids.length > 1 ? "s that give" : " that gives"} it: ${ids.map((id) => `\`${id}\``).join(", ")}.`;
  return `${renderMarkdown(covered, style)}\n${pages.join("\n")}`;
}

function pageOf({ id, verdict, severity, summary, help }: Rule): string {
  return `# ${id}\n\n${summary}\n\nVerdict: \`${verdict}\`. At its gravest: ${severity}.\n\n${help}`;
}

function listRules({ width, isColoured }: PageStyle): string {
  const column = Math.max(...rules.map(({ id }) => id.length)) + 4;
  const lines = rules.flatMap(({ id, summary }) =>
    wrap([{ text: `  ${id}`.padEnd(column), style: "bold" }, summary], width, column).map((line) => draw(line, isColoured)),
  );
  return `${["What can be found:", "", ...lines, "", "One of them in full: traceinspect explain <rule>, or a verdict or a cause of a report."].join("\n")}\n`;
}

function whyUnknown(name: string): string {
  if ([...verdicts, ...causes].some((word) => word === name)) return `${name} belongs to the report, and no rule of this version gives it.`;
  const ids = rules.map(({ id }) => id);
  const known = [...ids, ...verdicts, ...causes].filter((each) => findTopic(each, rules) !== undefined);
  const [near, ...more] = nearest(name, [...new Set(known)]);
  const next = near === undefined ? `The rules are ${ids.join(", ")}.` : `Did you mean ${[near, ...more.slice(0, 2)].join(", ")}?`;
  return `there is no rule, verdict or cause called "${name}". ${next}`;
}

function pageStyle(world: World): PageStyle {
  const { stdout, env } = world;
  const isTerminal = stdout.isTTY === true;
  return {
    width: pageWidth(world, isTerminal, { least: 40, elsewhere: 80 }),
    isColoured: isTerminal && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb",
  };
}
