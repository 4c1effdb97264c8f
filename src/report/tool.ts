import { readFileSync } from "node:fs";

export const toolName = "traceinspect";

/** The version of package.json, one folder above both src/ and dist/. */
export const toolVersion: string = readVersion();

function readVersion(): string {
  const found = /"version":\s*"([^"]+)"/.exec(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  return found?.[1] ?? "unknown";
}
