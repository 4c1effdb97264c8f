// Files that a run will write, checked before it reads anything: minutes of reading are not lost to a folder that does not exist, and nothing that is
// read is written over.

import { access, constants, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { InspectOptions } from "../cli/options.ts";
import { STDIN } from "../sources/open-source.ts";
import { cannotWrite } from "../wire/cannot-write.ts";
import { UserError } from "../wire/user-error.ts";

/** `captures`: files that will be read. `keeps`: the file of `--write`, which is opened only once the capture runs. Throws `UserError`. */
export async function checkOutputs(options: InspectOptions, captures: readonly string[], keeps?: string): Promise<void> {
  const named = { "-o": options.output, "--export-stitched": options.exportStitched, "--annotate": options.annotate, "--write": keeps };
  const optionOf = new Map<string, { readonly option: string; readonly path: string }>();
  for (const [option, path] of Object.entries(named)) {
    if (path === undefined) continue;
    if (path === STDIN)
      throw new UserError(`${option} - is no file. The report goes to standard output without -o; name a file, or /dev/stdout.`);
    const whole = resolve(path);
    const other = optionOf.get(whole);
    if (other !== undefined && whole !== "/dev/null")
      throw new UserError(`${other.option} and ${option} both name ${path}. Name another file for one of the two.`);
    optionOf.set(whole, { option, path });
  }
  if (optionOf.size === 0) return;
  const read = await identitiesOf([...captures, ...inputsOf(options)]);
  for (const { option, path } of optionOf.values()) {
    const identity = await checkWritable(path, option);
    if (identity !== undefined && read.has(identity))
      throw new UserError(`${option} ${path} is one of the files that are read, and would be written over. Name another file.`);
  }
}

/** Every file that options name to be read. */
function inputsOf({ traces, keylog, names, jaegerCa, jaegerCert, jaegerKey, jaegerTokenFile }: InspectOptions): string[] {
  return [...traces, ...keylog, ...[names, jaegerCa, jaegerCert, jaegerKey, jaegerTokenFile].filter((path) => path !== undefined)];
}

/** What tells a regular file however it is named; whatever cannot be looked at is told by who reads it. */
async function identitiesOf(paths: readonly string[]): Promise<ReadonlySet<string>> {
  const all = await Promise.all(paths.map((path) => (path === STDIN ? undefined : identityOf(path).catch(() => undefined))));
  return new Set(all.filter((identity) => identity !== undefined));
}

async function identityOf(path: string): Promise<string | undefined> {
  const file = await stat(path);
  return file.isFile() ? `${file.dev}:${file.ino}` : undefined;
}

/** The identity of what stands there already. */
async function checkWritable(path: string, option: string): Promise<string | undefined> {
  try {
    const there = await stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    if (there === undefined) {
      await access(dirname(path), constants.W_OK);
      return undefined;
    }
    if (there.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
    await access(path, constants.W_OK);
    return await identityOf(path);
  } catch (error) {
    throw cannotWrite(path, error, option);
  }
}
