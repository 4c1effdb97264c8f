import type { Inspection } from "../diagnosis/inspection.ts";

/** Of the formats of `registry.ts`, in its order; apart from them, because --help names them and must not wait for their code. */
export const reportFormatNames = ["text", "json"] as const;

export interface ReportOptions {
  /** Which hops are listed one by one. */
  readonly hops: "all" | "faulty" | "none";
  /** Columns of the terminal. */
  readonly width: number;
  /** Colour and symbols beyond ASCII words. */
  readonly isColoured: boolean;
  /** Long ids may be shortened: only for a reader at a terminal. */
  readonly isTerminal: boolean;
  readonly isVerbose: boolean;
  /** Baggage values are private unless asked for. */
  readonly showBaggage: boolean;
  /** Where Jaeger's UI is, for links: `http://localhost:16686`. */
  readonly jaegerUi: string | undefined;
  /** What the user typed, for "more:" lines that can be pasted. */
  readonly commandLine: { readonly captures: readonly string[]; readonly inputs: string };
}

/** Takes a report piece by piece: no report is one string. */
export type ReportSink = (text: string) => void;

/** A report while it is being written: each step is a place where the writer may wait until what it was given has been taken. */
export type Writing = Iterable<void>;

export interface ReportFormat {
  readonly name: (typeof reportFormatNames)[number];
  write(inspection: Inspection, options: ReportOptions, sink: ReportSink): Writing;
}
