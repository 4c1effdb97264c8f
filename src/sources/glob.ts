// Shell patterns for shells that did not expand them: `*`, `?`, `[a-c]`, `[!x]` within a name, `**` over folders.

const SPECIAL = /[*?[]/;

export function isPattern(path: string): boolean {
  return SPECIAL.test(path);
}

/** The names in one folder, as `readdir` gives them; throws what `readdir` throws. */
export type ListFolder = (folder: string) => Promise<readonly { readonly name: string; readonly isFolder: boolean }[]>;

/** Paths that match, in no order. Wildcards do not match a leading dot. */
export async function expandPattern(pattern: string, list: ListFolder): Promise<string[]> {
  const isAbsolute = pattern.startsWith("/");
  const segments = pattern.split("/").filter((segment) => segment !== "");
  const found = new Set<string>();
  await match(isAbsolute ? "/" : "", segments, list, found);
  return [...found];
}

async function match(folder: string, segments: readonly string[], list: ListFolder, found: Set<string>): Promise<void> {
  const [segment, ...rest] = segments;
  if (segment === undefined) return;
  if (segment === "**") await match(folder, rest, list, found);
  const isName = segment === "**" ? /^[^.]/ : namePattern(segment);
  for (const entry of await list(folder === "" ? "." : folder)) {
    if (!isName.test(entry.name)) continue;
    const path = `${folder}${entry.name}`;
    if (segment === "**") {
      if (entry.isFolder) await match(`${path}/`, segments, list, found);
      else if (rest.length === 0) found.add(path);
    } else if (rest.length === 0) found.add(path);
    else if (entry.isFolder) await match(`${path}/`, rest, list, found);
  }
}

/** One segment of a pattern as a regular expression for a name (POSIX.1-2017, XCU §2.13). */
export function namePattern(segment: string): RegExp {
  const source = segment.replace(/\[[!^]?\]?[^\]]*\]|[*?]|[\\^$.|+(){}[\]]/g, (part) => {
    if (part === "*") return ".*";
    if (part === "?") return ".";
    if (part.startsWith("[") && part.length > 2) return bracket(part);
    return `\\${part}`;
  });
  return new RegExp(`^${SPECIAL.test(segment.charAt(0)) ? "(?!\\.)" : ""}${source}$`, "su");
}

function bracket(part: string): string {
  const isNegated = part[1] === "!" || part[1] === "^";
  const members = part.slice(isNegated ? 2 : 1, -1).replace(/[\\\]^[&~|]/g, "\\$&");
  const source = `[${isNegated ? "^" : ""}${members}]`;
  try {
    new RegExp(source, "u");
    return source;
  } catch {
    // A range that runs backwards matches nothing.
    return "(?!)";
  }
}
