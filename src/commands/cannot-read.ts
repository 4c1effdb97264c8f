import { UserError } from "../wire/user-error.ts";

/** A file that an option names and that does not open. */
export function cannotRead(option: string, path: string, error: unknown): UserError {
  const reason = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
  return new UserError(`${option} ${path} cannot be read (${reason === "ENOENT" ? "no such file" : reason}).`);
}
