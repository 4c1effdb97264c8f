// Commander's complaints as this program's sentences: what is wrong, and what to do.

const SUGGESTION = /\s*\(Did you mean (?:one of )?([^?]+)\?\)\s*$/;
/** What is typed where a command belongs and is a capture: the command was forgotten. */
const LIKE_A_CAPTURE = /^-$|[/*]|\.(pcap|pcapng|cap|dmp)\d*(\.gz|\.zst)?$/i;

/** `message` as commander makes it: `error: unknown option '--jeager'\n(Did you mean --jaeger?)`. */
export function wordError(message: string, command: string): string {
  const said = message.replace(/^error: /, "").trim();
  const suggestion = SUGGESTION.exec(said)?.[1];
  const what = ended(said.replace(SUGGESTION, "").replaceAll(/\s*\n\s*/g, " "));
  const unknownCommand = /^unknown command '(.*)'/.exec(what)?.[1];
  if (unknownCommand !== undefined && LIKE_A_CAPTURE.test(unknownCommand))
    return `${what} To inspect a capture: traceinspect pcap ${unknownCommand}`;
  if (suggestion !== undefined) return `${what} Did you mean ${suggestion}?`;
  return `${what} See: ${command} --help`;
}

function ended(sentence: string): string {
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
