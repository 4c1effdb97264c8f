// Labelled sets: recorded traffic whose true parents are known, as JSON. The labels are kept apart from what is paired.

/** As `src/pairing/traffic.ts` has it: the row has no cause. */
const NOBODY = -1;

/**
 * Shape: `{service: {ins: [{id, t0, t1, ep, op}], outs: [{id, t0, t1, ep, op, parent}]}}`, times in µs. Throws where it is another. `keeps`: tells which
 * incoming requests are not left out.
 */
export function readLabelledSet(json, keeps = () => true) {
  if (!isObject(json)) throw new TypeError("a labelled set is an object of services");
  return Object.entries(json).map(([service, value]) => {
    if (!isObject(value)) throw new TypeError(`${service}: no object`);
    const all = rowsOf(value.ins, `${service}.ins`);
    const ins = all.filter(({ id }) => keeps(id));
    const outs = rowsOf(value.outs, `${service}.outs`);
    const place = new Map(ins.map(({ id }, row) => [id, row]));
    return {
      service,
      traffic: { incoming: columnsOf(ins), outgoing: columnsOf(outs) },
      inIds: ins.map(({ id }) => id),
      outIds: outs.map(({ id }) => id),
      truth: Int32Array.from(outs, ({ parent }) => (parent === null ? NOBODY : (place.get(parent) ?? NOBODY))),
      traces: outs.map(({ parent, id }) => (parent ?? id).split("|")[0]),
      isJoin: new Set(all.map(({ ep }) => ep)).size > 1,
    };
  });
}

function columnsOf(rows) {
  return {
    startedAt: Float64Array.from(rows, ({ t0 }) => t0),
    endedAt: Float64Array.from(rows, ({ t1 }) => t1),
    route: internAll(rows.map(({ ep, op }) => `${ep}\n${op}`)),
    peer: internAll(rows.map(({ ep }) => ep)),
  };
}

/** Numbers by the order of the names, not of the rows. */
function internAll(names) {
  const sorted = [...new Set(names)].sort();
  const numbers = new Map(sorted.map((name, k) => [name, k]));
  return Int32Array.from(names, (name) => numbers.get(name));
}

function rowsOf(value, where) {
  if (!Array.isArray(value)) throw new TypeError(`${where}: no list`);
  return value.map((row, k) => {
    if (!isObject(row)) throw new TypeError(`${where}[${k}]: no object`);
    const { id, t0, t1, ep, op, parent } = row;
    if (typeof t0 !== "number" || typeof t1 !== "number") throw new TypeError(`${where}[${k}]: t0 and t1 are numbers`);
    return { id: String(id), t0, t1, ep: String(ep), op: String(op), parent: typeof parent === "string" ? parent : null };
  });
}

function isObject(value) {
  return typeof value === "object" && value !== null;
}
