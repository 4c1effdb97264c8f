import { isIP, isIPv6, SocketAddress } from "node:net";
import type { GivenName } from "../naming/address-names.ts";
import { UserError } from "../wire/user-error.ts";

/** Reads `ADDRESS[:PORT] SERVICE [POD]` lines; blanks or tabs between, `#` begins a comment. Addresses are spelt as captures show them. */
export function parseNames(text: string, path: string): Map<string, GivenName> {
  const names = new Map<string, GivenName>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [place, service, pod, more] = line
      .replace(/#.*/, "")
      .trim()
      .split(/[\s,]+/);
    if (place === undefined || place === "") continue;
    const spelt = spellPlace(place);
    if (service === undefined || more !== undefined || spelt === undefined)
      throw new UserError(`${path}:${index + 1}: expected ADDRESS[:PORT] SERVICE [POD], as in 10.0.0.7:8080 orders.`);
    names.set(spelt, pod === undefined ? { service } : { service, pod });
  }
  return names;
}

/** `[FD00::7]:80` → `fd00::7:80`; undefined for what is no address. */
function spellPlace(place: string): string | undefined {
  const bare = /^\[(.*)\]$/.exec(place)?.[1] ?? place;
  if (isIP(bare) !== 0) return spellAddress(bare);
  const [, address = "", port = ""] = /^\[?(.*?)\]?:(\d{1,5})$/.exec(place) ?? [];
  return isIP(address) === 0 ? undefined : `${spellAddress(address)}:${Number(port)}`;
}

/** RFC 5952 for IPv6: lower case, zeros left out; a mapped IPv4 address is that. */
function spellAddress(address: string): string {
  return isIPv6(address) ? new SocketAddress({ address, family: "ipv6" }).address.replace(/^::ffff:(?=.*\.)/, "") : address;
}
