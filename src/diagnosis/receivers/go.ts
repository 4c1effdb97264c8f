import { JOINS, type Receiver, rejects } from "./receiver.ts";
import { flagsOf, whyNobodyJoins } from "./traceparent-value.ts";

/** Sampled and random (Trace Context Level 2 §3.2.2.5); later releases reject what is above. */
const KNOWN_FLAGS = 3;
/** 1.38 was measured to reject the random flag, 1.47 to accept it. */
const REJECTS_RANDOM_UNTIL = 38;
const ACCEPTS_RANDOM_FROM = 47;

/** Takes the first of several lines (`http.Header.Get`), and looks at the flags. */
export const go: Receiver = {
  name: "OpenTelemetry Go",
  made: ({ resource }) => resource.language === "go",
  answer([first = ""], { resource }) {
    const why = whyNobodyJoins(first);
    if (why !== undefined) return rejects(why);
    const flags = flagsOf(first) ?? 0;
    const written = flags.toString(16).padStart(2, "0");
    if (flags > KNOWN_FLAGS) return rejects(`it rejects flags 04 to ff, and here they are ${written}`);
    if (flags < 2) return JOINS;
    const minor = minorVersion(resource.sdkVersion);
    if (minor === undefined || (minor > REJECTS_RANDOM_UNTIL && minor < ACCEPTS_RANDOM_FROM)) return undefined;
    return minor <= REJECTS_RANDOM_UNTIL ? rejects(`this release (${resource.sdkVersion}) rejects flags ${written}`) : JOINS;
  },
};

function minorVersion(version: string | undefined): number | undefined {
  const [, minor] = /^1\.(\d+)/.exec(version ?? "") ?? [];
  return minor === undefined ? undefined : Number(minor);
}
