// One sentence for every file that cannot be written, whoever wanted to write it.

import { UserError } from "./user-error.ts";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "its folder does not exist",
  ENOTDIR: "its folder is a file",
  EISDIR: "it is a folder",
  EACCES: "no permission",
  EPERM: "no permission",
  EROFS: "its file system is read-only",
  ENOSPC: "no space left",
};

/** `error`: of a file system call, as Node throws it. `option`: what names another file. */
export function cannotWrite(path: string, error: unknown, option: string): UserError {
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  const why = REASONS[code] ?? (error instanceof Error ? error.message : String(error));
  return new UserError(`${path} cannot be written (${why}). Name another file with ${option}.`);
}
