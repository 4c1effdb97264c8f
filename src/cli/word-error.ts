// Commander's complaints as this program's sentences: what is wrong, and what to do.

import { CAPTURE_NAME } from "../wire/capture-name.ts";
import { withFullStop } from "../wire/words.ts";

const SUGGESTION = /\s*\(Did you mean (?:one of )?([^?]+)\?\)\s*$/;
/** What names captures and is no capture's name: standard input, a path, a pattern. */
const LIKE_CAPTURES = /^-$|[/*]/;

/** `message` as commander makes it: `error: unknown option '--jeager'\n(Did you mean --jaeger?)`. */
export function wordError(message: string, command: string): string {
  const said = message.replace(/^error: /, "").trim();
  const suggestion = SUGGESTION.exec(said)?.[1];
  const what = withFullStop(said.replace(SUGGESTION, "").replaceAll(/\s*\n\s*/g, " "));
  const unknownCommand = /^unknown command '(.*)'/.exec(what)?.[1];
  // A capture where a command belongs: the command was forgotten.
  if (unknownCommand !== undefined && (LIKE_CAPTURES.test(unknownCommand) || CAPTURE_NAME.test(unknownCommand)))
    return `${what} To inspect a capture: traceinspect pcap ${unknownCommand}`;
  if (suggestion !== undefined) return `${what} Did you mean ${suggestion}?`;
  return `${what} See: ${command} --help`;
}
