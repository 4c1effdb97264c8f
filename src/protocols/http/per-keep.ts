// Readers of fields are made once for a set of kept names, not once a connection: they hold tables of names and texts.

/** `make`, called once for each set. */
export function perKeep<Reader>(make: (keep: ReadonlySet<string>) => Reader): (keep: ReadonlySet<string>) => Reader {
  const made = new WeakMap<ReadonlySet<string>, { readonly reader: Reader }>();
  return (keep) => {
    const known = made.get(keep) ?? { reader: make(keep) };
    made.set(keep, known);
    return known.reader;
  };
}
