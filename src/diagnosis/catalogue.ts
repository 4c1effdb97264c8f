// A catalogue of how trace context gets lost, and which rule says so: the table that docs/rules.md is made of. It holds what the tests prove, and
// says where nothing is said, and why.

import { breaks } from "./catalogue-of-breaks.ts";
import { losses } from "./catalogue-of-losses.ts";
import type { CatalogueEntry } from "./coverings.ts";

export const catalogue: readonly CatalogueEntry[] = [...breaks, ...losses];
