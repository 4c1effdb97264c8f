// ../wtP/src/wire/group-by.ts
function groupBy(all, keyOf) {
	const groups = /* @__PURE__ */ new Map();
	for (const value of all) {
		const key = keyOf(value);
		const known = groups.get(key);
		if (known === void 0) groups.set(key, [value]);
		else known.push(value);
	}
	return groups;
}
// ../wtP/src/wire/limits.ts
/** Different traces of one fault that are told apart for its count. */
const MAX_TRACES_COUNTED = 1e4;
/** Buckets of a quantity counted on a faulty edge: of a capture of an hour, each is less than 8 s. */
const MAX_FEATURE_BUCKETS = 1024;
// ../wtP/src/wire/mix.ts
/** Spreads the bits of a 32-bit number (the finaliser of MurmurHash3, public domain). */
function mix(value) {
	let h = value | 0;
	h = Math.imul(h ^ h >>> 16, 2246822507);
	h = Math.imul(h ^ h >>> 13, 3266489909);
	return (h ^ h >>> 16) >>> 0;
}
// ../wtP/src/diagnosis/exemplars.ts
/** Whether an exchange later than all that were kept would be kept with `exemplars`, as {@link keepExemplar} leaves them. */
function isExemplar(exemplars, hop) {
	return exemplars.length < 6 || draw(hop) < draw(exemplars.at(-1).judgement.hop.index);
}
/** Keeps one that is later than all before it, if it is among the earliest or has drawn a small number. */
function keepExemplar(exemplars, exemplar) {
	const { index } = exemplar.judgement.hop;
	if (!isExemplar(exemplars, index)) return;
	let at = exemplars.length;
	while (at > 3 && draw(exemplars[at - 1].judgement.hop.index) > draw(index)) at--;
	exemplars.splice(at, 0, exemplar);
	exemplars.length = Math.min(exemplars.length, 6);
}
/** The number that an exchange draws: nothing about it tells which, and equal input draws equal numbers. */
function draw(hop) {
	return mix(hop + 1);
}
// ../wtP/src/diagnosis/histogram.ts
var Histogram = class Histogram {
	/** In the unit of the values. */
	width = 1;
	#counts = /* @__PURE__ */ new Map();
	#first = Number.POSITIVE_INFINITY;
	#last = Number.NEGATIVE_INFINITY;
	/** `value`: a finite number, that came `n` times. */
	add(value, n = 1) {
		this.#put(Math.floor(value / this.width), n);
		while (this.#last - this.#first >= MAX_FEATURE_BUCKETS) this.#double();
	}
	addAll(other) {
		const own = other.width < this.width ? other.widened(this.width) : other;
		while (this.width < own.width) this.#double();
		for (const [bucket, n] of own.#counts) this.#put(bucket, n);
		while (this.#last - this.#first >= MAX_FEATURE_BUCKETS) this.#double();
	}
	/** Where the first bucket begins; infinite without a value. */
	get start() {
		return this.#first * this.width;
	}
	/** By the number of the bucket: the values from `bucket * width` on, below `(bucket + 1) * width`. */
	get counts() {
		return this.#counts;
	}
	/** The same values in buckets of this width, a multiple of the own one. */
	widened(width) {
		const wide = new Histogram();
		wide.width = this.width;
		for (const [bucket, n] of this.#counts) wide.#put(bucket, n);
		while (wide.width < width) wide.#double();
		return wide;
	}
	#put(bucket, n) {
		this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + n);
		if (bucket < this.#first) this.#first = bucket;
		if (bucket > this.#last) this.#last = bucket;
	}
	#double() {
		const halves = this.#counts;
		this.#counts = /* @__PURE__ */ new Map();
		this.#first = Number.POSITIVE_INFINITY;
		this.#last = Number.NEGATIVE_INFINITY;
		this.width *= 2;
		for (const [bucket, n] of halves) this.#put(Math.floor(bucket / 2), n);
	}
};
// ../wtP/src/diagnosis/features.ts
/** Features with named values, in the order in which they are preferred where several separate equally well. */
const namedFeatures = [
	"route",
	"cause",
	"spelling",
	"protocol",
	"id",
	"pod"
];
/** What separates the affected from the rest shows in so many as well as in more. */
const EACH_IS_COUNTED = 2048;
const ONE_IN = 16;
/** Stands for the values beyond the first `MAX_FEATURE_VALUES`. */
const OTHER_VALUES = "other";
/** Counts of exchanges. Adding two is a count. */
var FeatureCounts = class {
	total = 0;
	named = {
		route: /* @__PURE__ */ new Map(),
		cause: /* @__PURE__ */ new Map(),
		spelling: /* @__PURE__ */ new Map(),
		protocol: /* @__PURE__ */ new Map(),
		id: /* @__PURE__ */ new Map(),
		pod: /* @__PURE__ */ new Map()
	};
	headLengths = new Histogram();
	times = new Histogram();
	/** `n`: how many exchanges it stands for. */
	add(features, n) {
		this.total += n;
		for (const feature of namedFeatures) put(this.named[feature], features[feature], n);
		this.headLengths.add(features.headLength, n);
		this.times.add(features.at, n);
	}
	/** How many exchanges the hop of this index stands for, 0 where it is passed over: of the first ones each is counted, of a crowd one in 16. */
	weightOf(hop) {
		if (this.total < EACH_IS_COUNTED) return 1;
		return hop % ONE_IN === 0 ? ONE_IN : 0;
	}
	addAll(other) {
		this.total += other.total;
		for (const feature of namedFeatures) for (const [value, n] of other.named[feature]) put(this.named[feature], value, n);
		this.headLengths.addAll(other.headLengths);
		this.times.addAll(other.times);
	}
};
function sumOf(counts) {
	const all = new FeatureCounts();
	for (const one of counts) if (one !== void 0) all.addAll(one);
	return all;
}
function put(values, value, n) {
	const known = values.get(value);
	if (known !== void 0 || values.size < 200) values.set(value, (known ?? 0) + n);
	else values.set(OTHER_VALUES, (values.get("other") ?? 0) + n);
}
Math.random() * 2 ** 32 | 0;
/**
* For a fault of this verdict:
* - `carried`: a context came and went on
* - `joined`: the receiver's SERVER span lies in the trace on the wire
* - `recorded`: the receiver has a SERVER span
*/
function controlOf(verdict) {
	if (verdict === "ignored") return "joined";
	if (verdict === "unrecorded") return "recorded";
	return verdict === "not-observable" || verdict === "misattributed" ? void 0 : "carried";
}
// ../wtP/src/diagnosis/separation.ts
/** Of the affected, and of what is inside: labels are seldom free of error where many faults overlap. */
const NEARLY_ALL = .95;
/** Where a moment separates, exchanges under way at that moment may be on either side. */
const NEARLY_ALL_IN_TIME = .9;
/** What is needed but not enough tells something only where a good part of the rest lacks it. */
const MIN_OUTSIDE = .25;
const UNLIKELY = .05;
/** For claims that nothing makes likely beforehand. */
const VERY_UNLIKELY = .001;
/** The best separation; undefined where nothing separates them. */
function separation(affected, rest) {
	return separations(affected, rest).reduce((best, one) => best === void 0 || isBetter(one, best) ? one : best, void 0);
}
/** Every feature that separates, in order of preference. */
function separations(affected, rest) {
	if (affected.total === 0 || rest.total === 0) return [];
	return [
		byName("sender", affected.sender, rest.sender),
		byName("receiver", affected.receiver, rest.receiver),
		byName("route", affected.named.route, rest.named.route),
		byName("method", methods(affected.named.route), methods(rest.named.route)),
		...namedFeatures.flatMap((feature) => feature === "route" ? [] : [byName(feature, affected.named[feature], rest.named[feature])]),
		byQuantity("time", affected.times, rest.times, NEARLY_ALL_IN_TIME),
		byQuantity("head length", affected.headLengths, rest.headLengths, NEARLY_ALL),
		byRate(affected.times, rest.times)
	].filter((one) => one !== void 0);
}
/** Clean ones first, then fewer errors, then fewer words; else the order of preference. */
function isBetter(one, other) {
	if (one.isClean !== other.isClean) return one.isClean;
	const errors = (s) => s.affected.outside + s.rest.inside;
	if (errors(one) !== errors(other)) return errors(one) < errors(other);
	return one.feature === "method" && other.feature === "route" && one.values.length < other.values.length;
}
function byName(feature, affected, rest) {
	if (affected === void 0 || rest === void 0) return void 0;
	const values = [.../* @__PURE__ */ new Set([...affected.keys(), ...rest.keys()])].filter((value) => value !== "" || feature === "id");
	const of = (counts, names) => names.reduce((total, name) => total + (counts.get(name) ?? 0), 0);
	const pure = values.filter((value) => of(affected, [value]) >= NEARLY_ALL * (of(affected, [value]) + of(rest, [value])));
	const [k, n] = [sum$1(affected), sum$1(affected) + sum$1(rest)];
	const choose = (inside, isClean) => {
		const [hits, misses] = [of(affected, inside), of(rest, inside)];
		const chance = Math.exp(logChance(hits, misses, k, n) + logBinomial(values.length, inside.length));
		return judged({
			feature,
			values: inside,
			bound: void 0,
			...table(hits, misses, k, n),
			isClean,
			chance
		}, NEARLY_ALL);
	};
	return choose(pure, true) ?? choose(values.filter((value) => of(affected, [value]) > 0), false);
}
function byQuantity(feature, affected, rest, nearlyAll) {
	const width = Math.max(affected.width, rest.width);
	const [hits, misses] = [affected.widened(width).counts, rest.widened(width).counts];
	const cut = bestCut([.../* @__PURE__ */ new Set([...hits.keys(), ...misses.keys()])].sort((a, b) => a - b), hits, misses);
	if (cut === void 0) return void 0;
	const [k, n] = [sum$1(hits), sum$1(hits) + sum$1(misses)];
	const chance = Math.exp(logChance(cut.hits, cut.misses, k, n)) * 2 * errorsAllowed(cut, k);
	return judged({
		feature,
		values: [],
		bound: {
			side: cut.side,
			at: cut.at * width
		},
		...table(cut.hits, cut.misses, k, n),
		isClean: true,
		chance
	}, nearlyAll);
}
/** A cut without errors can lie in one place only; the more errors, the more places. */
function errorsAllowed({ hits, misses }, k) {
	return k - hits + misses + 1;
}
/** The cut with the fewest errors, on either side. */
function bestCut(points, hits, misses) {
	const [k, others] = [sum$1(hits), sum$1(misses)];
	let best;
	let fewest = Number.POSITIVE_INFINITY;
	let [below, beside] = [0, 0];
	for (const [i, point] of points.entries()) {
		if (i > 0) {
			const under = {
				side: "below",
				at: point,
				hits: below,
				misses: beside
			};
			const over = {
				side: "above",
				at: point,
				hits: k - below,
				misses: others - beside
			};
			for (const cut of [under, over]) {
				const errors = k - cut.hits + cut.misses;
				if (errors < fewest) [best, fewest] = [cut, errors];
			}
		}
		below += hits.get(point) ?? 0;
		beside += misses.get(point) ?? 0;
	}
	return best;
}
/** Exchanges of the edge in a second, around each exchange. */
const RATE_WINDOW_US = 1e6;
const MIN_WINDOWS = 8;
/** A fault under load: none below some rate. */
function byRate(affected, rest) {
	const width = Math.max(affected.width, rest.width, 2 ** Math.round(Math.log2(RATE_WINDOW_US)));
	const [hits, misses] = [affected.widened(width).counts, rest.widened(width).counts];
	const windows = /* @__PURE__ */ new Set([...hits.keys(), ...misses.keys()]);
	if (windows.size < MIN_WINDOWS) return void 0;
	const byLoad = (counts) => {
		const loads = /* @__PURE__ */ new Map();
		for (const [window, n] of counts) {
			const load = (hits.get(window) ?? 0) + (misses.get(window) ?? 0);
			loads.set(load, (loads.get(load) ?? 0) + n);
		}
		return loads;
	};
	const [hit, missed] = [byLoad(hits), byLoad(misses)];
	const [k, n] = [sum$1(hit), sum$1(hit) + sum$1(missed)];
	const lowest = Math.min(...hit.keys());
	const inside = [...missed].reduce((total, [load, count]) => total + (load >= lowest ? count : 0), 0);
	const chance = Math.exp(logChance(k, inside, k, n)) * windows.size;
	return judged({
		feature: "rate",
		values: [],
		bound: {
			side: "above",
			at: Math.round(lowest * 1e6 / width)
		},
		...table(k, inside, k, n),
		isClean: false,
		chance
	}, NEARLY_ALL);
}
function table(hits, misses, k, n) {
	return {
		affected: {
			inside: hits,
			outside: k - hits
		},
		rest: {
			inside: misses,
			outside: n - k - misses
		}
	};
}
function judged(one, nearlyAll) {
	const { affected, rest, chance } = one;
	const [k, others] = [affected.inside + affected.outside, rest.inside + rest.outside];
	if (affected.inside < nearlyAll * k || rest.outside === 0) return void 0;
	if (affected.inside >= nearlyAll * (affected.inside + rest.inside) && one.isClean) return chance <= UNLIKELY ? one : void 0;
	if (rest.outside < MIN_OUTSIDE * others || chance > VERY_UNLIKELY) return void 0;
	return {
		...one,
		isClean: false
	};
}
/** The first word of a route. */
function methods(routes) {
	const found = /* @__PURE__ */ new Map();
	for (const [route, n] of routes) {
		const [method = ""] = route.split(" ");
		found.set(method, (found.get(method) ?? 0) + n);
	}
	return found;
}
/**
* Natural logarithm of the probability that, of `hits + misses` exchanges drawn from `n` of which `k` are affected, at least `hits` are affected
* (hypergeometric distribution).
*/
function logChance(hits, misses, k, n) {
	const drawn = hits + misses;
	const all = logBinomial(n, drawn);
	let chance = 0;
	for (let x = hits; x <= Math.min(k, drawn); x++) {
		const term = Math.exp(logBinomial(k, x) + logBinomial(n - k, drawn - x) - all);
		chance += term;
		if (term < chance * 1e-9) break;
	}
	return Math.log(Math.max(chance, Number.MIN_VALUE));
}
function logBinomial(n, k) {
	return k < 0 || k > n ? Number.NEGATIVE_INFINITY : logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}
/** Stirling's series; exact to 1e-9 from 10 on. */
function logFactorial(n) {
	if (n < 10) return Math.log([
		1,
		1,
		2,
		6,
		24,
		120,
		720,
		5040,
		40320,
		362880
	][n]);
	return n * Math.log(n) - n + Math.log(2 * Math.PI * n) / 2 + 1 / (12 * n) - 1 / (360 * n ** 3);
}
function sum$1(counts) {
	let total = 0;
	for (const n of counts.values()) total += n;
	return total;
}
// ../wtP/src/diagnosis/population-cause.ts
function separationOf({ verdict, faults, edges }) {
	const control = controlOf(verdict);
	const counted = faults.filter(({ like, isWeak }) => like.severity !== "note" && !isWeak);
	if (control === void 0 || counted.length === 0) return void 0;
	return separation(sampleOf(counted.map(({ from, to, features }) => ({
		from,
		to,
		features
	})), control), sampleOf(edges.map(({ from, to, controls }) => ({
		from,
		to,
		features: controls[control]
	})), control));
}
/** The features of several edges, with who sent and received as two more. */
function sampleOf(parts, control) {
	const by = (who) => {
		const counts = /* @__PURE__ */ new Map();
		for (const part of parts) if (part.features.total > 0) counts.set(part[who].name, (counts.get(part[who].name) ?? 0) + part.features.total);
		return counts;
	};
	const { total, named, headLengths, times } = sumOf(parts.map(({ features }) => features));
	const counts = {
		total,
		named,
		headLengths,
		times,
		sender: by("from"),
		receiver: by("to")
	};
	return control === "carried" ? {
		...counts,
		named: {
			...named,
			spelling: /* @__PURE__ */ new Map(),
			pod: /* @__PURE__ */ new Map()
		},
		headLengths: new Histogram()
	} : counts;
}
/** Causes that say how a call was made, which says nothing of when. */
const OPEN_TO_TIME = [
	"unknown",
	"client-does-not-inject",
	"transport-does-not-inject",
	"middleware-order"
];
/** `cause`: what the exchanges one by one show. Undefined where all of them together show no more. */
function causeOfPopulation(cause, compared, separated) {
	const { verdict, faults } = compared;
	if (cause === "unknown" && separated?.feature === "pod" && separated.isClean) return {
		cause: "one-backend-of-many",
		otherCauses: []
	};
	if (faults.some(({ culprit }) => culprit?.role === "proxy") || !OPEN_TO_TIME.includes(cause)) return void 0;
	if (verdict === "unrecorded") return cause === "unknown" ? unrecorded(compared, separated) : void 0;
	if (verdict !== "stripped" && verdict !== "split" && verdict !== "ignored") return void 0;
	if (!isByRoute(separated) && isOnlyEarly(compared)) return {
		cause: "started-before-instrumentation",
		otherCauses: []
	};
	if (verdict === "stripped" && separated?.feature === "cause" && separated.isClean && isLikeliest("middleware-missing", faults)) return {
		cause: "middleware-missing",
		otherCauses: []
	};
	if (verdict === "ignored" && cause === "unknown" && isByRoute(separated)) return {
		cause: "middleware-order",
		otherCauses: [{
			cause: "restarts-trace",
			because: "these routes are told to begin anew"
		}]
	};
}
/** All that exchange by exchange shows leaves this cause as the first that is possible. */
function isLikeliest(cause, faults) {
	return faults.every(({ causes }) => [...causes.values()].every(({ fault }) => fault.possible[0]?.cause === cause));
}
function unrecorded(compared, separated) {
	const counts = aftermathsOf(compared.faults);
	const known = [...counts.values()].reduce((total, n) => total + n, 0);
	if ((counts.get("span made") ?? 0) * FEW$1 > known) return void 0;
	if (isByRoute(separated)) return (counts.get("new trace") ?? 0) * 2 >= known && known > 0 ? {
		cause: "middleware-order",
		otherCauses: [{
			cause: "middleware-missing",
			because: "these routes have no tracing middleware at all"
		}]
	} : {
		cause: "middleware-missing",
		otherCauses: []
	};
	return isOnlyEarly(compared) ? {
		cause: "started-before-instrumentation",
		otherCauses: []
	} : void 0;
}
/** One in so many may be a mistaken parent. */
const FEW$1 = 10;
function aftermathsOf(faults) {
	const sum = /* @__PURE__ */ new Map();
	for (const { aftermaths } of faults) for (const [what, n] of aftermaths) sum.set(what, (sum.get(what) ?? 0) + n);
	return sum;
}
function isByRoute(separated) {
	return separated?.isClean === true && [
		"route",
		"method",
		"cause"
	].includes(separated.feature);
}
/** On these edges, or on all edges of their culprits where each alone has too few exchanges. */
function isOnlyEarly(compared) {
	if (isOnlyEarlyHere(compared)) return true;
	const { verdict, faults, tally } = compared;
	const culprits = [...new Set(faults.map(({ culprit }) => culprit))].filter((culprit) => culprit !== void 0);
	const side = faults.every((fault) => fault.culprit === fault.from) ? "from" : "to";
	return culprits.reduce((n, culprit) => n + tally.edgeIndex.at(side, culprit).length, 0) > compared.edges.length && isEarlyOverall(verdict, culprits, side, tally);
}
/** By verdict, side and culprits: each edge of a culprit asks the same. */
const earlyOverall = /* @__PURE__ */ new WeakMap();
function isEarlyOverall(verdict, culprits, side, tally) {
	const control = controlOf(verdict);
	if (control === void 0) return false;
	const known = earlyOverall.get(tally) ?? /* @__PURE__ */ new Map();
	earlyOverall.set(tally, known);
	const key = `${verdict} ${side} ${culprits.map(({ index }) => index).join(" ")}`;
	const before = known.get(key);
	if (before !== void 0) return before;
	const edges = culprits.flatMap((culprit) => tally.edgeIndex.at(side, culprit));
	const faults = culprits.flatMap((culprit) => tally.faultIndex.at(side, culprit).filter((fault) => fault.verdict === verdict && fault.culprit === culprit));
	const isUncounted = (edge) => edge.controls[control].total === 0 && (control === "carried" ? edge.continued : edge.recorded) > 0;
	const isEarly = !edges.some(isUncounted) && isOnlyEarlyHere({
		verdict,
		faults,
		edges,
		tally
	});
	known.set(key, isEarly);
	return isEarly;
}
/**
* Only exchanges before some moment are affected, and none after it. Each replica has its own moment: every culprit with enough of them must show it,
* one at least.
*/
function isOnlyEarlyHere({ verdict, faults, edges }) {
	const control = controlOf(verdict);
	if (control === void 0) return false;
	const counted = faults.filter(({ like, isWeak, culprit }) => like.severity !== "note" && !isWeak && culprit !== void 0);
	const sent = groupBy(edges, ({ from }) => from);
	const received = groupBy(edges, ({ to }) => to);
	let shown = 0;
	for (const [culprit, own] of groupBy(counted, (fault) => fault.culprit)) {
		const isSender = own.some((fault) => fault.from === culprit);
		const affected = sumOf(own.map(({ features }) => features));
		if (separations(affected, sumOf(((isSender ? sent : received).get(culprit) ?? []).map(({ controls }) => controls[control]))).some(({ feature, bound, isClean }) => feature === "time" && bound?.side === "below" && isClean)) shown++;
		else if (affected.total > 1) return false;
	}
	return shown > 0;
}
// ../wtP/src/diagnosis/separation-words.ts
/** Values that a sentence can name. */
const FEW = 3;
/** "" where the routes of the finding say it, or words would say nothing. `startedAt`: the first exchange of the edge, µs. */
function separationClause(separated, startedAt) {
	if (separated === void 0 || separated.feature === "route") return "";
	const what = wordOf(separated, startedAt);
	if (what === "") return "";
	const { affected, rest } = separated;
	return `, ${affected.outside === 0 ? "only" : "nearly only"} ${what}${rest.inside > 0 ? ` (${affected.inside} of ${affected.inside + rest.inside} there)` : ""}`;
}
function wordOf({ feature, values, bound }, startedAt) {
	const names = values.length <= FEW ? values.join(", ") : "";
	switch (feature) {
		case "time": return bound === void 0 ? "" : timeWord(bound, startedAt);
		case "head length": return bound === void 0 ? "" : `${bound.side === "above" ? "with" : "without"} request heads of ${bound.at} bytes or more`;
		case "rate": return bound === void 0 ? "" : `above some ${bound.at} requests/s`;
		case "id": return values.map(idWord).join(" and ");
		case "cause": return names === "" ? "" : `those that ${names} caused`;
		case "spelling": return names === "" ? "" : `where the field is spelt ${names}`;
		case "sender": return names === "" ? "" : `from ${names}`;
		case "pod": return names === "" ? "" : `those that ${names} served`;
		case "receiver": return names === "" ? "" : `to ${names}`;
		default: return names;
	}
}
function timeWord({ side, at }, startedAt) {
	const seconds = Math.max(0, (at - startedAt) / 1e6);
	const length = `${seconds < 10 ? seconds.toFixed(seconds < 1 ? 2 : 1) : Math.round(seconds)} s`;
	const clock = (/* @__PURE__ */ new Date(at / 1e3)).toISOString().slice(11, 23);
	return side === "below" ? `in the first ${length} (until ${clock})` : `after the first ${length} (from ${clock})`;
}
function idWord(shape) {
	if (shape === "leading zero") return "trace ids with a leading zero (1 in 16)";
	return shape === "64 bits" ? "trace ids of 64 bits" : "trace ids of 128 bits without a leading zero";
}
// ../wtP/src/diagnosis/verdict.ts
/**
* What a fault is counted under beside its verdict. Causes that have nothing to do with one another are counted apart: all of some verdicts, and those
* that the bytes of each exchange prove. Others are told by many exchanges together, and so counted together ("").
*/
function causeApart({ verdict, cause }) {
	return VERDICTS_APART.has(verdict) || CAUSES_APART.has(cause) ? cause : "";
}
const VERDICTS_APART = /* @__PURE__ */ new Set([
	"not-sampled",
	"misattributed",
	"not-observable"
]);
const CAUSES_APART = /* @__PURE__ */ new Set([
	"header-malformed",
	"header-duplicated",
	"header-too-large",
	"trace-id-shortened"
]);
const severities = [
	"error",
	"warning",
	"note"
];
// ../wtP/src/diagnosis/populations.ts
/** A replica without the fault must have had this many chances before the others are called the faulty ones. */
const MIN_HEALTHY_EXCHANGES = 3;
/** A span or two among hundreds may be lost by anything, and need no cause of their own. */
const MAX_STRAYS = 2;
const STRAY = .02;
/** Calls that go out by themselves, for each that seems to have a cause. */
const MAX_DOUBT = .1;
/** Inference is wrong now and then: of a route's calls so many must seem faulty where nothing but inference says so. */
const MIN_INFERRED_SHARE = .05;
/** Causes that say how each call was made: where other replicas make it right, this one is what differs. */
const OPEN_TO_REPLICA = [
	"unknown",
	"client-does-not-inject",
	"transport-does-not-inject"
];
function populationsOf(verdict, tally, hasEdge) {
	return [...groupBy([...tally.faults.values()].filter((fault) => fault.verdict === verdict).map((fault) => withoutDoubt(fault, tally)).filter((fault) => fault.affected > 0), (fault) => {
		const note = fault.severities.size === 1 && fault.severities.has("note") ? "note" : "";
		return hasEdge ? `${culpritSide(fault)} ${fault.from.group}\n${fault.to.group}\n${note} ${causeApart(fault.like)}` : "";
	}).values()].flatMap((group) => splitByReplica(group, tally).map((part) => makePopulation(part, tally, hasEdge)));
}
function culpritSide(fault) {
	return fault.culprit === void 0 ? "nobody" : fault.culprit === fault.from ? "sender" : "receiver";
}
/**
* What counts only because a request was open at the time proves nothing on a route that also goes out while none is: it may be a job or a
* poll. Nor do a few among many that went right.
*/
function withoutDoubt(fault, tally) {
	if (fault.circumstantial.size === 0) return fault;
	const edge = tally.edgeOf(fault.from, fault.to);
	const isSent = fault.culprit === fault.from;
	const isFew = (route, n) => fault.routes.get(route) === n && n < MIN_INFERRED_SHARE * (edge?.routes.get(route) ?? 0);
	const dropped = new Map([...fault.circumstantial].filter(([route, n]) => isSent && (edge?.doubtful.get(route) ?? 0) >= MAX_DOUBT * n || isFew(route, n)));
	if (dropped.size === 0) return fault;
	const routes = new Map([...fault.routes].map(([route, n]) => [route, n - (dropped.get(route) ?? 0)]).filter(([, n]) => n > 0));
	const exemplars = fault.exemplars.filter((exemplar) => !exemplar.fault.isCircumstantial || !dropped.has(exemplar.route));
	return {
		...fault,
		affected: sum([...routes.values()]),
		routes,
		exemplars
	};
}
/** One part for the whole group, or one for each faulty replica where others are healthy. */
function splitByReplica(faults, tally) {
	const first = faults[0];
	const edges = tally.edgeIndex.between(first.from.group, first.to.group);
	const whole = [{
		faults,
		edges,
		replica: void 0
	}];
	if (first.culprit === void 0) return whole;
	const side = first.culprit === first.from ? "from" : "to";
	const byReplica = groupBy(faults, (fault) => fault[side]);
	const proxies = new Set([...byReplica.keys()].filter(({ role }) => role === "proxy").map(placeOf));
	const routes = new Set(faults.flatMap((fault) => [...fault.routes.keys()]));
	const healthy = /* @__PURE__ */ new Map();
	for (const edge of edges) {
		if (byReplica.has(edge[side]) || proxies.has(placeOf(edge[side]))) continue;
		const chances = sum([...edge.routes].map(([route, n]) => routes.has(route) ? n : 0));
		healthy.set(edge[side], (healthy.get(edge[side]) ?? 0) + chances);
	}
	if (![...healthy.values()].some((exchanges) => exchanges >= MIN_HEALTHY_EXCHANGES)) return whole;
	const edgesOf = groupBy(edges, (edge) => edge[side]);
	return [...byReplica].map(([replica, own]) => ({
		faults: own,
		edges: edgesOf.get(replica) ?? [],
		replica
	}));
}
function placeOf({ host, pod }) {
	return `${host}\n${pod ?? ""}`;
}
function makePopulation({ faults, edges: near, replica }, tally, hasEdge) {
	const first = faults[0];
	const isSender = first.culprit === first.from;
	const edges = hasEdge ? near : [...tally.edges.values()];
	const causes = mergeCauses(faults);
	const [main] = causes;
	const shown = main?.fault.cause ?? "unknown";
	const compared = {
		verdict: first.verdict,
		faults,
		edges,
		tally
	};
	const separated = hasEdge ? separationOf(compared) : void 0;
	const told = hasEdge ? causeOfPopulation(shown, compared, separated) : void 0;
	const isExplained = (main?.fault.proofs?.length ?? 0) > 0;
	const isOfReplica = replica !== void 0 && !isExplained && (first.verdict === "split" || OPEN_TO_REPLICA.includes(shown));
	const cause = told?.cause ?? (isOfReplica ? "one-backend-of-many" : shown);
	const affected = sum(faults.map((fault) => fault.affected));
	const of = sum(edges.map((edge) => edge.exchanges));
	const isStray = first.verdict === "unrecorded" && cause === "unknown" && affected <= MAX_STRAYS && affected <= STRAY * of;
	return {
		verdict: first.verdict,
		cause,
		otherCauses: told?.otherCauses ?? (isOfReplica && first.verdict === "split" ? [] : otherCauses(causes, cause)),
		separated: separationClause(separated, startOf(edges)),
		severity: faults.every((fault) => fault.affected > 0 && fault.trailing === fault.affected) || isStray ? "note" : gravest(faults),
		confidence: round(sum(faults.map((fault) => fault.confidence * fault.affected)) / affected),
		culprit: replica ?? oneCulprit(faults),
		from: replica !== void 0 && isSender ? replica.name : first.from.group,
		to: replica !== void 0 && !isSender ? replica.name : first.to.group,
		hasEdge,
		affected,
		of,
		routes: routesOf(faults, edges),
		tallies: faults
	};
}
/** Of the exchanges whose features were counted; times are told from here. */
function startOf(edges) {
	let start = Number.POSITIVE_INFINITY;
	for (const { controls, faults } of edges) {
		for (const { times } of Object.values(controls)) start = Math.min(start, times.start);
		for (const { features } of faults) start = Math.min(start, features.times.start);
	}
	return start;
}
/** Several replicas do the same: the one with most stands for them, since a culprit is an address. */
function oneCulprit(faults) {
	const counts = /* @__PURE__ */ new Map();
	for (const { culprit, affected } of faults) if (culprit !== void 0) counts.set(culprit, (counts.get(culprit) ?? 0) + affected);
	return [...counts].sort((a, b) => b[1] - a[1] || a[0].index - b[0].index)[0]?.[0];
}
function mergeCauses(faults) {
	const merged = /* @__PURE__ */ new Map();
	for (const { causes } of faults) for (const [cause, { count, fault }] of causes) merged.set(cause, {
		count: (merged.get(cause)?.count ?? 0) + count,
		fault: merged.get(cause)?.fault ?? fault
	});
	const total = sum([...merged.values()].map((c) => c.count));
	return [...merged.values()].sort((a, b) => Number(isUnknown(a, total)) - Number(isUnknown(b, total)) || b.count - a.count);
}
function isUnknown(cause, total) {
	return cause.fault.cause === "unknown" || cause.count * 4 < total;
}
function otherCauses(causes, chosen) {
	const others = causes.flatMap(({ fault, count }) => [...fault.possible, ...fault.cause === chosen || fault.cause === "unknown" ? [] : [{
		cause: fault.cause,
		because: `${count} of the exchanges show it`
	}]]);
	return others.filter((other, i) => other.cause !== chosen && others.findIndex((o) => o.cause === other.cause) === i);
}
function gravest(faults) {
	return severities.find((severity) => faults.some((fault) => fault.severities.has(severity))) ?? "note";
}
function routesOf(faults, edges) {
	const affected = /* @__PURE__ */ new Map();
	for (const { routes } of faults) for (const [route, n] of routes) affected.set(route, (affected.get(route) ?? 0) + n);
	const of = (route) => sum(edges.map((edge) => edge.routes.get(route) ?? 0));
	return [...affected].map(([route, n]) => ({
		route,
		affected: n,
		of: of(route)
	})).sort((a, b) => b.affected - a.affected || (a.route < b.route ? -1 : 1));
}
function sum(values) {
	return values.reduce((total, value) => total + value, 0);
}
function round(value) {
	return Math.round(value * 100) / 100;
}
// ../wtP/src/diagnosis/edge-index.ts
/** Every list is in the order of all. */
var EdgeIndex = class {
	#ofGroups;
	#of;
	constructor(edges) {
		this.#ofGroups = groupBy(edges, ({ from, to }) => `${from.group}\n${to.group}`);
		this.#of = {
			from: groupBy(edges, ({ from }) => from),
			to: groupBy(edges, ({ to }) => to)
		};
	}
	/** Between workloads of two groups. */
	between(from, to) {
		return this.#ofGroups.get(`${from}\n${to}`) ?? [];
	}
	/** Those that this workload sends or receives on. */
	at(side, workload) {
		return this.#of[side].get(workload) ?? [];
	}
};
// ../wtP/src/wire/fnv1a.ts
const FNV_OFFSET = 2166136261;
/** The hash with one byte or character more. */
function fnv1aStep(hash, code) {
	return Math.imul(hash ^ code, 16777619);
}
// ../wtP/src/hops/path-shape.ts
const SLASH = 47;
const STAR = 42;
const ZERO = 48;
const NINE = 57;
const LONG_TOKEN = 20;
const SHORTEST_HEX = 8;
const UUID_BEGIN = /^[0-9a-f]{8}-[0-9a-f]{4}-/i;
/** Finds what looks like an id in a path, in one pass: paths are many, and long where somebody attacks. */
var PathFold = class {
	/** Two hashes of the path with its ids as `*`. */
	first = 0;
	second = 0;
	/** Where each id begins and ends. */
	ids = [];
	read(path) {
		if (this.ids.length > 0) this.ids = [];
		let first = FNV_OFFSET;
		let second = 0;
		let firstBefore = first;
		let secondBefore = second;
		let start = 0;
		let digits = 0;
		let hexLetters = 0;
		for (let at = 0; at <= path.length; at++) {
			const code = at < path.length ? path.charCodeAt(at) : SLASH;
			if (code !== SLASH) {
				if (code >= ZERO && code <= NINE) digits++;
				else if (isHexLetter(code)) hexLetters++;
			} else {
				if (digits > 0 && isId(path, start, at - start, digits, hexLetters)) {
					this.ids.push(start, at);
					first = fnv1aStep(firstBefore, STAR);
					second = otherStep(secondBefore, STAR);
				}
				start = at + 1;
				digits = 0;
				hexLetters = 0;
			}
			first = fnv1aStep(first, code);
			second = otherStep(second, code);
			if (code !== SLASH) continue;
			firstBefore = first;
			secondBefore = second;
		}
		this.first = first;
		this.second = second;
	}
};
new PathFold();
function otherStep(hash, code) {
	return (Math.imul(hash, 2654435761) ^ hash >>> 15) + code | 0;
}
/** A segment that holds digits. */
function isId(path, start, length, digits, hexLetters) {
	if (digits === length || length >= LONG_TOKEN) return true;
	if (digits + hexLetters === length) return length >= SHORTEST_HEX;
	return path[start + SHORTEST_HEX] === "-" && UUID_BEGIN.test(path.slice(start, start + length));
}
function isHexLetter(code) {
	const lower = code | 32;
	return lower >= 97 && lower <= 102;
}
// ../wtP/src/diagnosis/route.ts
/** Routes beyond the first that are told apart. */
const OTHER_ROUTES = "other";
new PathFold();
// ../wtP/src/diagnosis/tally.ts
/** More workloads than any run has: two indices make one key. */
const WORKLOADS = 2 ** 24;
var Tally = class {
	edges = /* @__PURE__ */ new Map();
	faults = /* @__PURE__ */ new Map();
	/** What TLS hides. */
	encrypted = [];
	/** Where browsers are kept from sending trace fields. */
	preflights = [];
	#edgeIndex;
	#faultIndex;
	/** Asked for when all is counted. */
	get edgeIndex() {
		this.#edgeIndex ??= new EdgeIndex([...this.edges.values()]);
		return this.#edgeIndex;
	}
	/** Asked for when all is counted. */
	get faultIndex() {
		this.#faultIndex ??= new EdgeIndex([...this.faults.values()]);
		return this.#faultIndex;
	}
	/** `n` exchanges that nothing more is to be said of, under their route; returns the name that the route is counted under. */
	count(edge, { outcome, hasContext, isRecorded, isDoubtful }, route, n) {
		edge.exchanges += n;
		const name = edge.routes.has(route) || edge.routes.size < 200 ? route : OTHER_ROUTES;
		edge.routes.set(name, (edge.routes.get(name) ?? 0) + n);
		if (isDoubtful) edge.doubtful.set(name, (edge.doubtful.get(name) ?? 0) + n);
		if (hasContext) edge.withContext += n;
		if (isRecorded) edge.recorded += n;
		if (outcome === "continued") edge.continued += n;
		else if (outcome === "restarted") edge.restarted += n;
		else if (outcome === "not observable") edge.notObservable += n;
		else if (outcome === "absent") edge.absent += n;
		return name;
	}
	/** Judgements MUST come in the order of time. Returns what its faults are counted in. */
	add(judgement, route) {
		const edge = this.edge(judgement.from, judgement.to, judgement.hop.protocol);
		const name = this.count(edge, judgement, route, 1);
		const counted = [];
		for (const fault of judgement.faults) {
			const tally = this.#fault(edge, judgement, fault);
			if (counted.includes(tally)) continue;
			counted.push(tally);
			countFault(tally, fault, name, 1);
			keepExemplar(tally.exemplars, {
				judgement,
				fault,
				route: name
			});
			if (isCountingTraces(tally)) for (const traceId of traceIdsOf(judgement, fault)) tally.traceIds.add(traceId);
		}
		return counted;
	}
	/** `n` exchanges with the fault of one that was added before, and with no other. */
	addAlike({ kind, edge, tally, fault }, route, n) {
		countFault(tally, fault, this.count(edge, kind, route, n), n);
	}
	/** Undefined where nothing went from one to the other. */
	edgeOf(from, to) {
		return this.edges.get(keyOf(from, to));
	}
	edge(from, to, protocol) {
		const known = this.edgeOf(from, to);
		if (known !== void 0) return known;
		const edge = {
			from,
			to,
			protocol,
			exchanges: 0,
			withContext: 0,
			recorded: 0,
			continued: 0,
			restarted: 0,
			absent: 0,
			notObservable: 0,
			routes: /* @__PURE__ */ new Map(),
			doubtful: /* @__PURE__ */ new Map(),
			faults: [],
			controls: {
				carried: new FeatureCounts(),
				joined: new FeatureCounts(),
				recorded: new FeatureCounts()
			}
		};
		this.edges.set(keyOf(from, to), edge);
		return edge;
	}
	#fault(edge, judgement, fault) {
		for (const known of edge.faults) if (isAlike(known.like, fault)) return known;
		const { from, to } = edge;
		const key = `${from.index} ${to.index} ${edge.faults.length}`;
		const tally = {
			key,
			like: fault,
			verdict: fault.verdict,
			culprit: culpritOf(judgement, fault),
			from,
			to,
			isWeak: isWeak(fault),
			affected: 0,
			routes: /* @__PURE__ */ new Map(),
			circumstantial: /* @__PURE__ */ new Map(),
			causes: /* @__PURE__ */ new Map(),
			severities: /* @__PURE__ */ new Map(),
			confidence: 0,
			trailing: 0,
			exemplars: [],
			traceIds: /* @__PURE__ */ new Set(),
			features: new FeatureCounts(),
			aftermaths: /* @__PURE__ */ new Map()
		};
		edge.faults.push(tally);
		this.faults.set(key, tally);
		return tally;
	}
};
function keyOf(from, to) {
	return from.index * WORKLOADS + to.index;
}
/** Faults of one edge that are counted together. */
function isAlike(a, b) {
	return a.verdict === b.verdict && a.culprit === b.culprit && a.severity === "note" === (b.severity === "note") && causeApart(a) === causeApart(b);
}
/** Counts only beside proven faults of its route (see `span-missing`). */
function isWeak(fault) {
	return fault.verdict === "unrecorded" && fault.severity === "note";
}
function culpritOf({ from, to }, fault) {
	return fault.culprit === "sender" ? from : fault.culprit === "receiver" ? to : void 0;
}
function countFault(tally, fault, route, n) {
	tally.confidence = (tally.confidence * tally.affected + fault.confidence * n) / (tally.affected + n);
	tally.affected += n;
	if (fault.isTrailing) tally.trailing += n;
	if (fault.aftermath !== void 0) tally.aftermaths.set(fault.aftermath, (tally.aftermaths.get(fault.aftermath) ?? 0) + n);
	tally.routes.set(route, (tally.routes.get(route) ?? 0) + n);
	if (fault.isCircumstantial) tally.circumstantial.set(route, (tally.circumstantial.get(route) ?? 0) + n);
	const cause = tally.causes.get(fault.cause);
	if (cause === void 0) tally.causes.set(fault.cause, {
		count: n,
		fault
	});
	else cause.count += n;
	tally.severities.set(fault.severity, (tally.severities.get(fault.severity) ?? 0) + n);
}
/** Whether the traces of one more exchange count. */
function isCountingTraces({ traceIds }) {
	return traceIds.size < MAX_TRACES_COUNTED;
}
/** The trace that should have gone on, and the one that did. */
function traceIdsOf({ hop }, fault) {
	const [parent] = fault.parent?.traceIds ?? [];
	const [own] = hop.traceIds;
	const ids = parent === void 0 ? [] : [parent];
	for (const { traceId } of fault.spans) if (!ids.includes(traceId)) ids.push(traceId);
	if (own !== void 0 && !ids.includes(own)) ids.push(own);
	return ids;
}
// ../wtP/src/diagnosis/fault.ts
/** A fault with nothing but what it is: no parent, no spans, no other causes. */
function fault(verdict, cause, culprit, severity, confidence, detail) {
	return {
		verdict,
		cause,
		possible: [],
		culprit,
		severity,
		confidence,
		detail,
		parent: void 0,
		isTrailing: false,
		isCircumstantial: false,
		spans: []
	};
}
// b5.ts
const workload = (group, index) => ({
	index,
	name: `${group}-${index}`,
	group,
	role: "application",
	host: `10.0.0.${index}`,
	pod: `${group}-${index}`
});
for (const n of [
	500,
	1e3,
	2e3,
	4e3
]) {
	const tally = new Tally();
	const f = workload("f", 0);
	for (let i = 1; i <= n; i++) {
		const counted = tally.add({
			hop: {
				traceIds: [],
				protocol: "HTTP/1.1"
			},
			from: f,
			to: workload("o" + i, i),
			faults: [fault("stripped", "unknown", "sender", "error", .9, "")],
			outcome: "absent",
			hasContext: false,
			isRecorded: false,
			isDoubtful: false
		}, "GET /");
		const ft = {
			route: "GET /",
			cause: "",
			spelling: "",
			protocol: "HTTP/1.1",
			id: "",
			pod: "",
			headLength: 0,
			at: i
		};
		counted[0].features.add(ft, 1);
	}
	const t = performance.now();
	populationsOf("stripped", tally, true);
	console.log(n, (performance.now() - t).toFixed(0) + " ms");
}
export {};
