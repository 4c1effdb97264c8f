// ../wtP/src/protocols/http/hpack/huffman-code.ts
/** Symbols by the length of their code in bits. 256 is EOS. */
const SYMBOLS_BY_LENGTH = /* @__PURE__ */ new Map([
	[5, [
		48,
		49,
		50,
		97,
		99,
		101,
		105,
		111,
		115,
		116
	]],
	[6, [
		32,
		37,
		45,
		46,
		47,
		51,
		52,
		53,
		54,
		55,
		56,
		57,
		61,
		65,
		95,
		98,
		100,
		102,
		103,
		104,
		108,
		109,
		110,
		112,
		114,
		117
	]],
	[7, [
		58,
		66,
		67,
		68,
		69,
		70,
		71,
		72,
		73,
		74,
		75,
		76,
		77,
		78,
		79,
		80,
		81,
		82,
		83,
		84,
		85,
		86,
		87,
		89,
		106,
		107,
		113,
		118,
		119,
		120,
		121,
		122
	]],
	[8, [
		38,
		42,
		44,
		59,
		88,
		90
	]],
	[10, [
		33,
		34,
		40,
		41,
		63
	]],
	[11, [
		39,
		43,
		124
	]],
	[12, [35, 62]],
	[13, [
		0,
		36,
		64,
		91,
		93,
		126
	]],
	[14, [94, 125]],
	[15, [
		60,
		96,
		123
	]],
	[19, [
		92,
		195,
		208
	]],
	[20, [
		128,
		130,
		131,
		162,
		184,
		194,
		224,
		226
	]],
	[21, [
		153,
		161,
		167,
		172,
		176,
		177,
		179,
		209,
		216,
		217,
		227,
		229,
		230
	]],
	[22, [
		129,
		132,
		133,
		134,
		136,
		146,
		154,
		156,
		160,
		163,
		164,
		169,
		170,
		173,
		178,
		181,
		185,
		186,
		187,
		189,
		190,
		196,
		198,
		228,
		232,
		233
	]],
	[23, [
		1,
		135,
		137,
		138,
		139,
		140,
		141,
		143,
		147,
		149,
		150,
		151,
		152,
		155,
		157,
		158,
		165,
		166,
		168,
		174,
		175,
		180,
		182,
		183,
		188,
		191,
		197,
		231,
		239
	]],
	[24, [
		9,
		142,
		144,
		145,
		148,
		159,
		171,
		206,
		215,
		225,
		236,
		237
	]],
	[25, [
		199,
		207,
		234,
		235
	]],
	[26, [
		192,
		193,
		200,
		201,
		202,
		205,
		210,
		213,
		218,
		219,
		238,
		240,
		242,
		243,
		255
	]],
	[27, [
		203,
		204,
		211,
		212,
		214,
		221,
		222,
		223,
		241,
		244,
		245,
		246,
		247,
		248,
		250,
		251,
		252,
		253,
		254
	]],
	[28, [
		2,
		3,
		4,
		5,
		6,
		7,
		8,
		11,
		12,
		14,
		15,
		16,
		17,
		18,
		19,
		20,
		21,
		23,
		24,
		25,
		26,
		27,
		28,
		29,
		30,
		31,
		127,
		220,
		249
	]],
	[30, [
		10,
		13,
		22,
		256
	]]
]);
// ../wtP/src/protocols/http/hpack/huffman.ts
const EOS = 256;
const INVALID = 65535;
/** The shortest code has five bits, so that at most this many symbols end in one byte. */
const SYMBOLS_A_STEP = 3;
/** Longer padding than 7 bits is an error (RFC 7541 §5.2). */
const MAX_PADDING_BITS = 7;
/** Made when the first coded string comes: many captures hold none. */
let steps;
/** Bytes that `decodeHuffman` may write for `length` coded bytes. */
function decodedRoom(length) {
	return Math.floor(length * 8 / 5) + SYMBOLS_A_STEP;
}
/**
* Decodes `bytes[start..end)` to the beginning of `out`, which MUST have `decodedRoom(end - start)` bytes. Returns the number of decoded bytes, or
* -1 where the code breaks RFC 7541 §5.2.
*/
function decodeHuffman(bytes, start, end, out) {
	steps ??= makeSteps();
	const { symbols, next, mayEnd } = steps;
	let node = 0;
	let length = 0;
	for (let at = start; at < end; at++) {
		const step = node << 8 | bytes[at];
		node = next[step];
		if (node === INVALID) return -1;
		const found = symbols[step];
		out[length] = found;
		out[length + 1] = found >>> 8;
		out[length + 2] = found >>> 16;
		length += found >>> 24;
	}
	return mayEnd[node] === 1 ? length : -1;
}
/** The code tree: `children[2 * node + bit]` is an inner node, or the complement of a symbol. */
function makeTree() {
	const children = [0, 0];
	let code = 0;
	let before = 0;
	for (const [length, symbols] of SYMBOLS_BY_LENGTH) {
		code <<= length - before;
		before = length;
		for (const symbol of symbols) {
			let node = 0;
			for (let bit = length - 1; bit > 0; bit--) {
				const place = 2 * node + (code >>> bit & 1);
				if (children[place] === 0) {
					children[place] = children.length / 2;
					children.push(0, 0);
				}
				node = children[place];
			}
			children[2 * node + (code & 1)] = ~symbol;
			code++;
		}
	}
	return children;
}
function makeSteps() {
	const children = makeTree();
	const nodes = children.length / 2;
	const symbols = new Uint32Array(nodes << 8);
	const next = new Uint16Array(nodes << 8);
	for (let node = 0; node < nodes; node++) for (let byte = 0; byte < 256; byte++) {
		const step = node << 8 | byte;
		let at = node;
		let count = 0;
		for (let bit = 7; bit >= 0 && at !== INVALID; bit--) {
			const child = children[2 * at + (byte >>> bit & 1)];
			at = child;
			if (child >= 0) continue;
			at = ~child === EOS ? INVALID : 0;
			symbols[step] = symbols[step] | (~child & 255) << 8 * count;
			count++;
		}
		symbols[step] = (symbols[step] | count << 24) >>> 0;
		next[step] = at;
	}
	const mayEnd = new Uint8Array(nodes);
	for (let node = 0, bits = 0; bits <= MAX_PADDING_BITS; bits++) {
		mayEnd[node] = 1;
		node = children[2 * node + 1];
	}
	return {
		symbols,
		next,
		mayEnd
	};
}
// ../wtP/src/protocols/http/hpack/static-table.ts
/** Name and value by index; the first has index 1. */
const STATIC_TABLE = [
	[":authority", ""],
	[":method", "GET"],
	[":method", "POST"],
	[":path", "/"],
	[":path", "/index.html"],
	[":scheme", "http"],
	[":scheme", "https"],
	[":status", "200"],
	[":status", "204"],
	[":status", "206"],
	[":status", "304"],
	[":status", "400"],
	[":status", "404"],
	[":status", "500"],
	["accept-charset", ""],
	["accept-encoding", "gzip, deflate"],
	["accept-language", ""],
	["accept-ranges", ""],
	["accept", ""],
	["access-control-allow-origin", ""],
	["age", ""],
	["allow", ""],
	["authorization", ""],
	["cache-control", ""],
	["content-disposition", ""],
	["content-encoding", ""],
	["content-language", ""],
	["content-length", ""],
	["content-location", ""],
	["content-range", ""],
	["content-type", ""],
	["cookie", ""],
	["date", ""],
	["etag", ""],
	["expect", ""],
	["expires", ""],
	["from", ""],
	["host", ""],
	["if-match", ""],
	["if-modified-since", ""],
	["if-none-match", ""],
	["if-range", ""],
	["if-unmodified-since", ""],
	["last-modified", ""],
	["link", ""],
	["location", ""],
	["max-forwards", ""],
	["proxy-authenticate", ""],
	["proxy-authorization", ""],
	["range", ""],
	["referer", ""],
	["refresh", ""],
	["retry-after", ""],
	["server", ""],
	["set-cookie", ""],
	["strict-transport-security", ""],
	["transfer-encoding", ""],
	["user-agent", ""],
	["vary", ""],
	["via", ""],
	["www-authenticate", ""]
];
// ../wtP/src/protocols/http/http2-frame.ts
/** "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" (RFC 9113 §3.4). */
const PREFACE = Uint8Array.from(Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1"));
/** Reads nine bytes into `header`. */
function readFrameHeader(bytes, at, header) {
	header.length = bytes[at] << 16 | bytes[at + 1] << 8 | bytes[at + 2];
	header.type = bytes[at + 3];
	header.flags = bytes[at + 4];
	header.stream = readStreamId(bytes, at + 5);
}
/** 31 bits; the reserved bit MUST be ignored (RFC 9113 §4.1). */
function readStreamId(bytes, at) {
	return (bytes[at] & 127) << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3];
}
/** What no frame may break: the length and the stream that its type asks for (RFC 9113 §6). Unknown types are free (§4.1). */
function isLawful({ length, type, flags, stream }) {
	switch (type) {
		case 0:
		case 1: return stream !== 0 && length >= prefixLength(type, flags);
		case 5: return stream !== 0 && length >= prefixLength(type, flags);
		case 9: return stream !== 0;
		case 2: return stream !== 0 && length === 5;
		case 3: return stream !== 0 && length === 4;
		case 4: return stream === 0 && length % 6 === 0;
		case 6: return stream === 0 && length === 8;
		case 7: return stream === 0 && length >= 8;
		case 8: return length === 4;
		default: return true;
	}
}
/** Bytes of the payload before data or field block: pad length, priority, promised stream. */
function prefixLength(type, flags) {
	const padLength = (flags & 8) === 0 ? 0 : 1;
	if (type === 1) return padLength + ((flags & 32) === 0 ? 0 : 5);
	return type === 5 ? padLength + 4 : padLength;
}
// ../wtP/src/protocols/http/http2-recognition.ts
/** Larger frames need SETTINGS_MAX_FRAME_SIZE, and only data has them in practice (RFC 9113 §4.2). */
const USUAL_FRAME_BYTES = 16384;
const LARGE_DATA_BYTES = 1 << 20;
/** Highest error code (RFC 9113 §7) and setting (RFC 9218, RFC 8441) that are registered. */
const MAX_ERROR_CODE = 13;
const MAX_SETTING = 16;
/** An index may reach so far into a dynamic table of the usual size: 65,536 bytes hold 2,048 of the smallest entries. */
const MAX_INDEX = 2109;
/**
* Where the next certain frame, or the preface, begins in `bytes[start..end)`; `NOWHERE`, or `GAVE_UP`. `isSegment`: `start` begins a segment,
* where a frame is likelier than elsewhere.
*/
function findFrame(bytes, start, end, isSegment) {
	if (isSegment && (isCertain(readChain(bytes, start, end)) || beginsPreface(bytes, start, end))) return start;
	followed.begin(16 * (end - start));
	for (let at = start + 1; at + 9 < end; at++) {
		if (bytes[at] !== 0 || bytes[at + 3] !== 1 || followed.hasTold(at)) continue;
		const chain = readChain(bytes, at, end, followed);
		if (chain === "client" || chain === "server") return at;
		if (followed.left < 0) return -2;
		followed.end(chain);
	}
	return -1;
}
function isCertain(chain) {
	return chain !== "no" && chain !== "data";
}
/**
* Chains that were followed in one search and did not tell whose they are: from any frame of theirs on it is the same chain, which need not be
* followed again.
*/
var Followed = class {
	/** Bytes that may still be read. */
	left = 0;
	#wrong = /* @__PURE__ */ new Set();
	#right = /* @__PURE__ */ new Set();
	/** Where the frames of the chain begin that is followed now. */
	#starts = [];
	begin(left) {
		this.left = left;
		this.#starts = [];
		this.#wrong.clear();
		this.#right.clear();
	}
	hasTold(at) {
		return this.#wrong.has(at) || this.#right.has(at);
	}
	/** What the rest of a chain is, from the frame on that begins here; undefined where it is to be read. */
	reach(at) {
		if (this.#wrong.has(at)) return "wrong";
		if (this.#right.has(at)) return "right";
		this.#starts.push(at);
	}
	end(chain) {
		const all = chain === "no" ? this.#wrong : this.#right;
		for (const at of this.#starts) all.add(at);
		this.#starts = [];
	}
};
const followed = new Followed();
function beginsPreface(bytes, start, end) {
	for (let i = 0; i < PREFACE.length; i++) if (start + i < end && bytes[start + i] !== PREFACE[i]) return false;
	return true;
}
const header = {
	length: 0,
	type: 0,
	flags: 0,
	stream: 0
};
/** Follows frames from `start` to the end of the bytes: all must be right, and at least one must be more than DATA. */
function readChain(bytes, start, end, search) {
	let chain = "data";
	for (let at = start; end - at >= 9; at += 9 + header.length) {
		const rest = search?.reach(at);
		if (rest !== void 0) return rest === "wrong" ? "no" : chain;
		if ((bytes[at + 5] & 128) !== 0) return "no";
		readFrameHeader(bytes, at, header);
		if (!isUsual(header)) return "no";
		const payload = at + 9;
		if (payload + header.length > end) return chain;
		if (search !== void 0 && header.type !== 0) search.left -= header.length;
		const says = readFrame(bytes, payload, header);
		if (says === "no") return "no";
		if (header.type !== 0 && (chain === "data" || chain === "frames")) chain = says;
	}
	return chain;
}
const FLAGS = [
	9,
	45,
	0,
	0,
	1,
	12,
	1,
	0,
	0,
	4
];
/** Stricter than `isLawful`: no unknown type, no undefined flag, no unusual length. */
function isUsual(frame) {
	const { type, flags, length } = frame;
	const allowed = FLAGS[type];
	if (allowed === void 0 || (flags & ~allowed) !== 0 || !isLawful(frame)) return false;
	return length <= (type === 0 ? LARGE_DATA_BYTES : USUAL_FRAME_BYTES);
}
/** A frame that lies whole at `at`. */
function readFrame(bytes, at, { type, flags, length }) {
	switch (type) {
		case 1:
		case 5: {
			const padding = (flags & 8) === 0 ? 0 : bytes[at];
			const start = at + prefixLength(type, flags);
			const stop = at + length - padding;
			if (stop < start || (flags & 4) === 0) return "no";
			const says = readBlock(bytes, start, stop);
			return type === 5 && says === "client" ? "server" : says;
		}
		case 3: return word(bytes, at) <= MAX_ERROR_CODE ? "frames" : "no";
		case 7: return word(bytes, at + 4) <= MAX_ERROR_CODE ? "frames" : "no";
		case 8: {
			const increment = word(bytes, at);
			return increment > 0 && increment <= 2147483647 ? "frames" : "no";
		}
		case 4:
			if ((flags & 1) !== 0) return length === 0 ? "frames" : "no";
			for (let entry = at; entry < at + length; entry += 6) {
				const id = bytes[entry] << 8 | bytes[entry + 1];
				if (id === 0 || id > MAX_SETTING && id < 61440) return "no";
			}
			return "frames";
		case 6:
		case 2: return "frames";
		case 9: return "no";
		default: return "frames";
	}
}
function word(bytes, at) {
	return (bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3]) >>> 0;
}
/** Follows the fields of a block without any table: who sends it, by its pseudo-header fields; "frames" without one. */
function readBlock(bytes, start, end) {
	walk.at = start;
	walk.end = end;
	walk.bytes = bytes;
	let says = "frames";
	let known = 0;
	while (walk.at < end) {
		const first = bytes[walk.at];
		const isIndexed = first >= 128;
		const isSizeUpdate = !isIndexed && first >= 32 && first < 64;
		const index = integer(isIndexed ? 127 : first >= 64 ? 63 : isSizeUpdate ? 31 : 15);
		if (index < 0) return "no";
		if (isSizeUpdate) {
			if (known > 0) return "no";
			continue;
		}
		if (index > MAX_INDEX || isIndexed && index === 0) return "no";
		const pseudo = index > 0 && index <= 14;
		if (index === 0 && !skipString(true)) return "no";
		if (!isIndexed && !skipString(false)) return "no";
		known++;
		if (pseudo && says === "frames") says = STATIC_TABLE[index - 1][0] === ":status" ? "server" : "client";
	}
	return known > 0 ? says : "no";
}
const walk = {
	bytes: /* @__PURE__ */ new Uint8Array(0),
	at: 0,
	end: 0
};
let scratch = new Uint8Array(decodedRoom(USUAL_FRAME_BYTES));
function integer(mask) {
	let value = walk.bytes[walk.at++] & mask;
	if (value < mask) return value;
	for (let shift = 0; walk.at < walk.end && shift <= 21; shift += 7) {
		const byte = walk.bytes[walk.at++];
		value += (byte & 127) << shift;
		if (byte < 128) return value;
	}
	return -1;
}
function skipString(isName) {
	if (walk.at >= walk.end) return false;
	const isCoded = walk.bytes[walk.at] >= 128;
	const length = integer(127);
	if (length < 0 || length > walk.end - walk.at || isName && length === 0) return false;
	const start = walk.at;
	walk.at += length;
	let from = walk.bytes;
	let to = walk.at;
	let at = start;
	if (isCoded) {
		if (scratch.length < decodedRoom(length)) scratch = new Uint8Array(decodedRoom(length));
		from = scratch;
		at = 0;
		to = decodeHuffman(walk.bytes, start, walk.at, scratch);
		if (to < 0) return false;
	}
	for (; at < to; at++) {
		const byte = from[at];
		if (byte < 32 ? byte !== 9 : isName && (byte <= 32 || byte >= 65 && byte <= 90 || byte >= 127)) return false;
	}
	return true;
}
// b3.ts
function run(n, one, label) {
	const bytes = new Uint8Array(1 + n * one.length);
	bytes[0] = 9;
	for (let i = 1; i < bytes.length; i++) bytes[i] = one[(i - 1) % one.length];
	const t = performance.now();
	const r = findFrame(bytes, 0, bytes.length, false);
	console.log(label, bytes.length, (performance.now() - t).toFixed(1) + " ms", r);
}
for (const n of [
	3e3,
	6e3,
	12e3
]) run(n, [
	0,
	0,
	1,
	1,
	4,
	0,
	0,
	0,
	1,
	190
], "trailers");
for (const n of [
	1800,
	3600,
	7200
]) run(n, [
	0,
	1,
	104,
	1,
	36,
	80,
	2,
	97,
	97
], "maze");
export {};
