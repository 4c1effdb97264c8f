import { readFileSync } from "node:fs";
import { packageFile } from "../wire/package-file.ts";

export const toolName = "traceinspect";

/** The version of package.json. */
export const toolVersion: string = readVersion();

function readVersion(): string {
  const found = /"version":\s*"([^"]+)"/.exec(readFileSync(packageFile("package.json"), "utf8"));
  return found?.[1] ?? "unknown";
}
