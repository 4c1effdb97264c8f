// Libraries that not every run needs are loaded when first used: each costs a run some milliseconds before it reads a byte.

import { createRequire } from "node:module";

const requireHere = createRequire(import.meta.url);

/** The library's exports; loads it at the first call. `Library` MUST be the type of the module. */
export function loadWhenUsed<Library>(name: string): () => Library {
  let library: Library | undefined;
  return () => {
    library ??= requireHere(name) as Library;
    return library;
  };
}
