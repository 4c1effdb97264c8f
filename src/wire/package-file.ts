// Files that the package ships beside its code: proto/, samples/, package.json.

import { existsSync } from "node:fs";

/** The package's folder lies one or two above the code, which may run from src/ or bundled from dist/. */
const root = ["..", "../.."].map((up) => new URL(`${up}/`, import.meta.url)).find((folder) => existsSync(new URL("package.json", folder)));

/** `path` is relative to the package's folder. */
export function packageFile(path: string): URL {
  return new URL(path, root ?? import.meta.url);
}
