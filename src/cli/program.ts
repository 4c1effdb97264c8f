// The commands and their options. The main job comes first in --help.

import type { Command, CommanderError } from "commander";
import { severities } from "../diagnosis/verdict.ts";
import { loadWhenUsed } from "../wire/load-when-used.ts";
import { DEFAULT_JAEGER, DEFAULTS } from "./options.ts";
import { wordError } from "./word-error.ts";

const commander = loadWhenUsed<typeof import("commander")>("commander")();

/** What each command does; `values` are commander's, told apart by the commands. */
export interface Actions {
  pcap(captures: string[], values: Record<string, unknown>): Promise<void>;
  trace(traceId: string, captures: string[], values: Record<string, unknown>): Promise<void>;
  live(values: Record<string, unknown>): Promise<void>;
  explain(rule: string | undefined): Promise<void>;
  demo(values: Record<string, unknown>): Promise<void>;
}

export interface ProgramTexts {
  readonly version: string;
  readonly reportFormats: readonly string[];
}

const DESCRIPTION = `Finds the hop that lost a trace's context: reads packet captures, asks Jaeger
for the same traces, and diffs the two views.

Examples:
  traceinspect pcap capture.pcap --jaeger
      the main job: a capture against the Jaeger on this machine
  traceinspect pcap pods/*.pcapng --traces jaeger-export.json
      several vantage points, and traces from a file
  traceinspect trace 4bf92f3577b34da6a3ce929d0e0e4736 capture.pcap --jaeger
      one trace, packets beside spans`;

/** The user's arguments were wrong, or asked for help alone. */
export function isUsageError(error: unknown): error is CommanderError {
  return error instanceof commander.CommanderError;
}

export function buildProgram(actions: Actions, texts: ProgramTexts): Command {
  const program = new commander.Command("traceinspect");
  // Commands take these settings over when they are made.
  program
    .exitOverride()
    .description(DESCRIPTION)
    .version(texts.version)
    // The longest option leaves less than commander's least on 80 columns, and then nothing would be broken at all.
    .configureHelp({ minWidthToWrap: 30 })
    .showSuggestionAfterError(true)
    .helpCommand(false);

  const pcap = program
    .command("pcap")
    .argument("[capture...]", "pcap or pcapng files, folders or globs; - is standard input; gzip and zstd allowed")
    .description("inspect captures: which hop stripped, truncated or split the context, and why")
    .action((captures: string[], values: Record<string, unknown>) => actions.pcap(captures, values));
  addReading(pcap);
  addDiagnosis(pcap);
  addBackend(pcap);
  addOutput(pcap, texts.reportFormats);
  addHops(pcap);
  addFailOn(pcap);
  addExports(pcap);

  const trace = program
    .command("trace")
    .argument("<trace-id>", "as the wire, a log or Jaeger shows it")
    .argument("[capture...]", "as for pcap")
    .description("one trace, both views: packets beside spans, in the order of time")
    .action((id: string, captures: string[], values: Record<string, unknown>) => actions.trace(id, captures, values));
  addReading(trace);
  addBackend(trace);
  addPairing(trace);
  addOutput(trace, texts.reportFormats);
  addExports(trace);

  const live = program
    .command("live")
    .description("the same on an interface; Ctrl-C gives the report")
    .requiredOption("-i, --interface <name>", "interface to capture on (any: all of them)")
    .option("--filter <bpf>", "capture filter, as tcpdump takes it")
    .addOption(new commander.Option("--duration <seconds>", "stop after so long").argParser(positive))
    .option("--write <file>", "keep the packets in a pcap file")
    .action((values: Record<string, unknown>) => actions.live(values));
  addReading(live);
  addDiagnosis(live);
  addBackend(live);
  addOutput(live, texts.reportFormats);
  addHops(live);
  addFailOn(live);
  addExports(live);

  program
    .command("explain")
    .argument("[rule]", "id of a rule, or a verdict or cause of a report; without one, all rules are listed")
    .description("what a rule, a verdict or a cause means, why it happens, how to fix it")
    .action((rule: string | undefined) => actions.explain(rule));

  const demo = program
    .command("demo")
    .description("the main job on a bundled capture and a bundled Jaeger")
    .action((values: Record<string, unknown>) => actions.demo(values));
  addOutput(demo, texts.reportFormats);
  addHops(demo);
  program
    .command("help")
    .argument("[command]")
    .description("help for a command")
    // What is no command is told as such, with its like.
    .action(async (name?: string) => {
      const isKnown = name === undefined || program.commands.some((command) => command.name() === name);
      await program.parseAsync([...(name === undefined ? [] : [name]), ...(isKnown ? ["--help"] : [])], { from: "user" });
    });
  sayErrorsInSentences(program, "traceinspect");
  for (const command of program.commands) sayErrorsInSentences(command, `traceinspect ${command.name()}`);
  return program;
}

function sayErrorsInSentences(command: Command, name: string): void {
  command.configureOutput({ outputError: (message, write) => write(`traceinspect: ${wordError(message, name)}\n`) });
}

function addReading(command: Command): void {
  command
    .option("--names <file>", "names for addresses: a line each, ADDRESS[:PORT] SERVICE [POD]")
    .option("--keylog <file>", "TLS secrets, as SSLKEYLOGFILE makes programs write them: TLS is decrypted (repeatable)", collect)
    .option(
      "--propagation-format <name=header,regex>",
      "also read a house-made header; named groups traceId, spanId (hex) and sampled (1, 0) (repeatable)",
      collect,
    );
}

function addBackend(command: Command): void {
  command
    .option("--jaeger [host:port]", `ask this Jaeger for the same traces, over gRPC (default ${DEFAULT_JAEGER})`)
    .option("--traces <file>", "traces from a file: Jaeger UI JSON, OTLP JSON, collector file exporter (repeatable)", collect)
    .addOption(new commander.Option("--max-traces <n>", "look up this many trace ids at most").argParser(whole).default(DEFAULTS.maxTraces))
    .addOption(
      new commander.Option("--wait <seconds>", "how long to wait for late spans of a fresh capture")
        .argParser(notNegative)
        .default(DEFAULTS.wait),
    )
    .option("--jaeger-tls", "speak TLS to Jaeger (implied by the four options below)")
    .option("--jaeger-ca <file>", "CA certificate that signed Jaeger's")
    .option("--jaeger-cert <file>", "client certificate")
    .option("--jaeger-key <file>", "key of the client certificate")
    .option("--jaeger-server-name <name>", "name expected in Jaeger's certificate")
    .option("--jaeger-token-file <file>", "bearer token (or set TRACEINSPECT_JAEGER_TOKEN)")
    .addOption(
      new commander.Option("--jaeger-timeout <seconds>", "deadline of one call").argParser(positive).default(DEFAULTS.jaegerTimeout),
    )
    .option("--jaeger-ui <url>", "where Jaeger's UI is, for links (default: port 16686 of its host)")
    .option("--header <name=value>", "gRPC metadata, as in x-tenant=acme (repeatable)", collect);
}

function addOutput(command: Command, formats: readonly string[]): void {
  command
    .addOption(new commander.Option("-f, --format <name>", "report format").choices([...formats]).default("text"))
    .option("-o, --output <file>", "write the report there")
    .option("-v, --verbose", "more evidence, anomalies, how names and clocks were found")
    .option("-q, --quiet", "no progress, no warnings")
    .option("--no-color", "no colour, no symbols")
    .option("--show-baggage", "show baggage values; without it, keys and lengths");
}

function addHops(command: Command): void {
  command.addOption(
    new commander.Option("--hops <which>", "list exchanges one by one (default: none in text, faulty in json)").choices([
      "all",
      "faulty",
      "none",
    ]),
  );
}

/** Not of commands that end with 0 whatever they find. */
function addFailOn(command: Command): void {
  command.addOption(
    new commander.Option("--fail-on <severity>", "exit 1 from this severity on").choices([...severities, "never"]).default("error"),
  );
}

function addDiagnosis(command: Command): void {
  command.option("--no-diagnosis", "read and list exchanges and connections, judge nothing (exit code 0)");
  addPairing(command);
}

function addPairing(command: Command): void {
  command.addOption(
    new commander.Option(
      "--pairing <how>",
      "calls without ids are paired with their causes within a fixed work budget, and a warning says how many were left out; full lifts it",
    )
      .choices(["budget", "full"])
      .default("budget"),
  );
}

function addExports(command: Command): void {
  command
    .option(
      "--export-stitched <file>",
      "write the traces that should have been there, as OTLP JSON: parts of broken traces joined, missing spans as marked ghosts",
    )
    .option("--annotate <file>", "write the captures back as one pcapng, with the verdicts as packet comments for Wireshark");
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

function positive(value: string): number {
  const number = Number(value);
  if (!Number.isFinite(number) || number <= 0) throw new commander.InvalidArgumentError("Expected a number above 0.");
  return number;
}

function whole(value: string): number {
  const number = positive(value);
  if (!Number.isInteger(number)) throw new commander.InvalidArgumentError("Expected a whole number.");
  return number;
}

function notNegative(value: string): number {
  const number = Number(value);
  if (!Number.isFinite(number) || number < 0) throw new commander.InvalidArgumentError("Expected a number of seconds.");
  return number;
}
