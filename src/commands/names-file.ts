import type { GivenName } from "../naming/address-names.ts";
import { UserError } from "../wire/user-error.ts";

/** Reads `ADDRESS[:PORT] SERVICE [POD]` lines; blanks or tabs between, `#` begins a comment. */
export function parseNames(text: string, path: string): Map<string, GivenName> {
  const names = new Map<string, GivenName>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [address, service, pod, more] = line
      .replace(/#.*/, "")
      .trim()
      .split(/[\s,]+/);
    if (address === undefined || address === "") continue;
    if (service === undefined || more !== undefined) throw new UserError(`${path}:${index + 1}: expected ADDRESS[:PORT] SERVICE [POD].`);
    names.set(address.replace(/^\[(.*)\]$/, "$1").replace(/^\[(.*)\]:/, "$1:"), pod === undefined ? { service } : { service, pod });
  }
  return names;
}
