// The names of fields that somebody wants to know: those that were declared, and those that make an exchange. All others are passed over.

import { COLON } from "../../../wire/ascii.ts";
import { MAX_FIELD_NAME_BYTES } from "../../../wire/limits.ts";

/** What a field is for, besides being kept. */
export type Role =
  | ":method"
  | ":path"
  | ":authority"
  | ":status"
  | "other pseudo"
  | "content-type"
  | "content-encoding"
  | "grpc-status"
  | "grpc-timeout"
  | "host"
  | "none"
  /** Its name stood in a part of the dynamic table that the capture does not show. */
  | "hidden";

export interface FieldName {
  /** As it stands on the wire. */
  readonly name: string;
  readonly role: Role;
  readonly isKept: boolean;
  /** Nobody wants its value. */
  readonly isPassedOver: boolean;
}

const ROLES: readonly Role[] = [
  ":method",
  ":path",
  ":authority",
  ":status",
  "content-type",
  "content-encoding",
  "grpc-status",
  "grpc-timeout",
  "host",
];

/** A field that nobody wants; its name is not known any more. */
export const OTHER: FieldName = { name: "", role: "none", isKept: false, isPassedOver: true };
/** A pseudo-header field (RFC 9113 §8.3) that nobody wants. */
export const OTHER_PSEUDO: FieldName = { name: "", role: "other pseudo", isKept: false, isPassedOver: true };
export const HIDDEN: FieldName = { name: "", role: "hidden", isKept: false, isPassedOver: true };

export class FieldNames {
  /** By length: a name is compared with a few others at most. */
  readonly #byLength: FieldName[][] = [];
  /** By first letter. */
  readonly #prefixes: string[][] = [];

  /** `keep`: lower-case names; one that ends in `*` is a prefix. */
  constructor(keep: ReadonlySet<string>) {
    for (const name of new Set<string>([...ROLES, ...keep])) {
      if (name.endsWith("*")) {
        const letter = name.charCodeAt(0);
        this.#prefixes[letter] = [...(this.#prefixes[letter] ?? []), name.slice(0, -1)];
        continue;
      }
      const isKept = keep.has(name);
      const role = ROLES.find((known) => known === name) ?? (name.startsWith(":") ? "other pseudo" : "none");
      const list = this.#byLength[name.length] ?? [];
      this.#byLength[name.length] = list;
      list.push({ name, role, isKept, isPassedOver: false });
    }
  }

  /** The name `bytes[start..end)`. Upper-case letters break RFC 9113 §8.2 and are kept as they are. */
  find(bytes: Uint8Array, start: number, end: number): FieldName {
    const candidates = this.#byLength[end - start];
    if (candidates !== undefined) {
      for (let c = 0; c < candidates.length; c++) {
        const candidate = candidates[c]!;
        const { name } = candidate;
        let isSame = true;
        let i = 0;
        for (; i < name.length; i++) {
          const byte = bytes[start + i]!;
          if (byte === name.charCodeAt(i)) continue;
          if (byte < 65 || byte > 90 || (byte | 0x20) !== name.charCodeAt(i)) break;
          isSame = false;
        }
        if (i < name.length) continue;
        return isSame ? candidate : { ...candidate, name: String.fromCharCode(...bytes.subarray(start, end)) };
      }
    }
    const prefixes = this.#prefixes[bytes[start]!];
    if (prefixes !== undefined && end - start <= MAX_FIELD_NAME_BYTES) {
      for (const prefix of prefixes) {
        let i = 0;
        while (i < prefix.length && start + i < end && bytes[start + i] === prefix.charCodeAt(i)) i++;
        if (i === prefix.length)
          return { name: String.fromCharCode(...bytes.subarray(start, end)), role: "none", isKept: true, isPassedOver: false };
      }
    }
    return bytes[start] === COLON ? OTHER_PSEUDO : OTHER;
  }
}
