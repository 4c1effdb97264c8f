import type { Workload } from "../naming/workload.ts";
import type { TlsHandshake } from "../protocols/observation.ts";
import type { Exemplar } from "./exemplars.ts";
import type { PossibleCause } from "./judgement.ts";
import type { FaultTally } from "./tally.ts";
import type { Cause, Severity, Verdict } from "./verdict.ts";

/** What a rule concludes of a population of exchanges. */
export interface Finding {
  readonly rule: string;
  readonly verdict: Verdict;
  readonly cause: Cause;
  readonly otherCauses: readonly PossibleCause[];
  readonly severity: Severity;
  /** 0..1 */
  readonly confidence: number;
  readonly culprit: Workload | undefined;
  /** Names of groups, or of one replica where the fault is that replica's. */
  readonly edge: { readonly from: string; readonly to: string } | undefined;
  /** Exchanges, of how many on the edge (without an edge: in the capture). */
  readonly affected: number;
  readonly of: number;
  /** Of the exemplar that is shown first: a clause. */
  readonly detail: string;
  /** Of all of them, each a sentence without its full stop. */
  readonly remarks?: readonly string[];
  /** Findings of one root cause share it. */
  readonly group: string;
  readonly message: string;
  readonly fix: string;
  /** Routes with affected exchanges and how many each edge has of them, most affected first. */
  readonly routes: readonly { readonly route: string; readonly affected: number; readonly of: number }[];
  readonly traceIds: readonly string[];
  readonly traceCount: number;
  readonly exemplars: readonly Exemplar[];
  /** Of connections that hide what was looked for: proof where no exchange can be shown. */
  readonly handshakes?: readonly TlsHandshake[];
  /** Keys of the tallies it is made of: they tell which exchanges it counts. */
  readonly keys: ReadonlySet<string>;
}

/** Exchanges with one verdict, culprit and edge: what a rule puts into words. */
export interface Population {
  readonly verdict: Verdict;
  readonly cause: Cause;
  readonly otherCauses: readonly PossibleCause[];
  readonly severity: Severity;
  readonly confidence: number;
  readonly culprit: Workload | undefined;
  readonly from: string;
  readonly to: string;
  /** False where what was seen belongs to no edge (a cut capture). */
  readonly hasEdge: boolean;
  readonly affected: number;
  readonly of: number;
  readonly routes: Finding["routes"];
  readonly tallies: readonly FaultTally[];
  /** What separates the affected from the rest, as a clause: `, only in the first 5 s`; "" where that is their routes, or nothing. */
  readonly separated?: string;
  /** Whether the other exchanges of the edge had nothing that could be lost. */
  readonly isEveryOne?: boolean;
  /** Whether exchanges of other routes seem to be affected as well, by inference alone. */
  readonly isThinned?: boolean;
  /** Whether its senders send contexts with other calls. */
  readonly isInjecting?: boolean;
}
