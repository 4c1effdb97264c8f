// Every cap on what input may cost, with its reason. Wire input is hostile: nothing that a capture says may decide how much memory is used.
// A cap that is reached is reported as an anomaly with code `limit`. What only shapes an answer stands where it is used: how many names a sentence
// lists, how far a search looks.

/** Bytes of one captured packet. Wireshark's own maximum is 256 KiB; USB and TSO captures stay far below 16 MiB. */
export const MAX_PACKET_BYTES = 16 << 20;
/** Bytes of one pcapng block, packet or not (options, secrets, names). It is Wireshark's limit too. */
export const MAX_BLOCK_BYTES = 16 << 20;
/** Bytes searched for the next record after damage: more than any write buffer or disk extent that a crash leaves empty. */
export const MAX_RESYNC_BYTES = 64 << 20;
/** Bytes handed to a reader at a time while several captures are merged, however many packets fall into one moment. */
export const MAX_MERGE_SLICE_BYTES = 256 << 10;
/** Bytes of a chunk that is read from disk when only one capture is read; more does not read faster. */
export const MAX_CHUNK_BYTES = 4 << 20;
/** Bytes of read buffers over all captures that are open at a time; a node may hold captures of hundreds of pods. */
export const MAX_READ_AHEAD_BYTES = 128 << 20;
/** Files and folders looked at while captures are searched for. A mistyped folder (`/`) must end in a sentence, not in an hour. */
export const MAX_FILES_SEARCHED = 200_000;
/** Interfaces of one pcapng section. Wireshark has none; a Kubernetes node has hundreds. */
export const MAX_INTERFACES = 65_536;
/** Headers inside one packet: link, tunnels, network, transport. Deeper nesting is an attack. */
export const MAX_HEADERS_PER_PACKET = 24;
/** IP datagrams that are being put together at a time, per capture. Linux keeps 4 MB of fragments (ipfrag_high_thresh). */
export const MAX_FRAGMENTED_DATAGRAMS = 1_024;
/** Packet time after which an incomplete IP datagram is given up (RFC 791 suggests 15 s; Linux uses 30 s). */
export const FRAGMENT_TIMEOUT_US = 30_000_000;
/** Fragments of one datagram; 65,535 bytes in 8-byte fragments would be 8,192, real ones are a few dozen. */
export const MAX_FRAGMENTS_PER_DATAGRAM = 512;
/** Bytes of fragments kept at a time, per capture: four times what Linux keeps. */
export const MAX_FRAGMENT_BYTES = 16 << 20;

/**
 * Connections that are open at a time, per vantage point. Beyond it those go that have ended and are remembered
 * for late segments, else those that were silent longest. It is half of Linux's usual
 * nf_conntrack_max; an open connection with an HTTP reader that waits for an answer costs some 3.3 kB.
 */
export const MAX_CONNECTIONS = 32_768;
/** Ended connections that are remembered one by one, in a run: some 400 bytes each. */
export const MAX_CONNECTIONS_KEPT = 65_536;
/** Of those without a byte of data (a scan, a flood of SYNs, a server that is down), how many are remembered of one server. */
export const MAX_EMPTY_CONNECTIONS_KEPT = 1_000;
/** Bytes of out-of-order segments kept for one direction of a connection: a few receive windows. */
export const MAX_OUT_OF_ORDER_BYTES = 4 << 20;
/** Out-of-order segments kept for one direction: 4 MiB in full-sized segments are some 2,500; a hostile sender's are one byte long. */
export const MAX_OUT_OF_ORDER_SEGMENTS = 4_096;
/** What a kept segment costs beside its bytes: a flood of one-byte segments must not be cheap. */
export const EARLY_SEGMENT_COST = 200;
/** Out-of-order bytes kept over all connections of a vantage point, and the cost of their segments. */
export const MAX_OUT_OF_ORDER_BYTES_TOTAL = 64 << 20;
/** Packet time for which a missing segment that the peer has acknowledged is waited for before it is called a gap. */
export const GAP_WAIT_US = 250_000;
/** Packet time for which an unacknowledged missing segment is waited for: longer than usual retransmission backoffs. */
export const GAP_WAIT_UNACKNOWLEDGED_US = 20_000_000;
/** How far ahead of the acknowledged bytes a segment may lie: above Linux's largest tcp_rmem in use; RFC 7323 §2.3 allows 1 GiB. */
export const MAX_WINDOW_BYTES = 64 << 20;
/** Packet time between two sights of one packet in one capture; a retransmission comes later (RFC 6298: ≥ 200 ms in practice). */
export const DUPLICATE_WINDOW_US = 50_000;
/** Packet time after its end for which a connection is remembered: late segments and second sights are still its own. */
export const CLOSED_LINGER_US = 5_000_000;

/** Different addresses known at a time, per vantage point; a scan or a spoofed flood shows millions. */
export const MAX_ADDRESSES = 262_144;
/** Kinds of packets that are counted and not read (link types, EtherTypes, UDP ports), per vantage point. */
export const MAX_OTHER_KINDS = 256;

/** Protocols in one another on one connection: PROXY, CONNECT, TLS, Upgrade make four. Deeper nesting is an attack. */
export const MAX_PROTOCOL_DEPTH = 8;
/** Bytes of one direction kept until its protocol is recognised: longer than any first line that tells. */
export const MAX_UNDECIDED_BYTES = 8 << 10;
/** Bytes of beginnings and unfinished heads kept over all connections of a vantage point. */
export const MAX_UNFINISHED_BYTES_TOTAL = 128 << 20;
/** Bytes of one HTTP/1 head. nginx and Envoy accept up to 64 KiB, Node 16 KiB; beyond it the head is skipped. */
export const MAX_HEAD_BYTES = 256 << 10;
/** Bytes of one start line (RFC 9112 §3 recommends at least 8,000). */
export const MAX_START_LINE_BYTES = 64 << 10;
/** Bytes of a path that are kept; RFC 9112 §3 recommends support of request lines of 8,000. */
export const MAX_PATH_BYTES = 8 << 10;
/** Header fields of one message. */
export const MAX_FIELDS = 1_000;
/** Requests on one connection that wait for their response, and the reverse. */
export const MAX_PIPELINED = 1_024;
/** Bytes of a chunk-size line with its extensions; nginx and Node stop at 16 KiB too. */
export const MAX_CHUNK_LINE_BYTES = 16 << 10;
/** Bytes of the trailer section behind the last chunk. */
export const MAX_TRAILER_BYTES = 64 << 10;
/** Bytes of one kept field value. tracestate may hold 512, baggage 8,192 (W3C); a hostile sender sends more. */
export const MAX_FIELD_VALUE_BYTES = 16 << 10;
/** Bytes of one HPACK dynamic table, whatever SETTINGS_HEADER_TABLE_SIZE allows. 4,096 is the default, browsers use 65,536. */
export const MAX_HEADER_TABLE_BYTES = 256 << 10;
/** Streams open at a time on one HTTP/2 connection. Servers allow 100 to 1,000; SETTINGS without a limit allow 2^30. */
export const MAX_OPEN_STREAMS = 10_000;
/** Streams of one HTTP/2 connection that were reset and may still get frames that were on their way. */
export const MAX_RESET_STREAMS = 1_024;
/** GOAWAY frames of one HTTP/2 connection, each with a lower last stream, that all open streams are looked at for; servers send two (RFC 9113 §6.8). */
export const MAX_REFUSALS = 16;
/** Bytes that a resync may read, as a multiple of the segment: candidate frames overlap. In real segments hardly any do. */
export const MAX_FRAMES_READ_OVER = 16;
/** Bytes of the name of a field that is kept by the prefix of its name: an item of baggage of Jaeger or OpenTracing. */
export const MAX_FIELD_NAME_BYTES = 256;
/** Spellings of field names whose meaning is remembered. */
export const MAX_FIELD_SPELLINGS = 1_024;
/** Spellings of one field that a workload's habits are told by: a name has few, unless somebody plays with them. */
export const MAX_SPELLINGS_OF_ONE = 64;
/** User agents of which it is remembered whether they probe: a few make all requests of a capture. */
export const MAX_USER_AGENTS = 1_024;
/** Paths of gRPC calls that are remembered in parts: a service has a few methods that are called again and again. */
export const MAX_GRPC_PATHS = 1_024;
/** Route templates of spans that are remembered as patterns: there are few. */
export const MAX_ROUTE_PATTERNS = 4_096;
/** Characters that an expression of `--propagation-format` is tried on: one that backtracks must end. */
export const MAX_GIVEN_FORMAT_CHARS = 256;
/** Exchanges that one machine serves at a time, of which any may be the cause of a call. Above it being open at the time tells nothing. */
export const MAX_CANDIDATES = 512;
/** Hops of one trace, open at a time on all machines, that are looked at for the cause of a call; a trace that is larger is no trace. */
export const MAX_OPEN_OF_TRACE = 8 * MAX_CANDIDATES;
/** Sightings remembered for one exchange. */
export const MAX_SIGHTINGS = 64;

/**
 * Exchanges of a run that are kept; where there are more, those of some seconds of packet time are (`hops/time-sample.ts`). Some 300 bytes each, and as many
 * again while they are paired and judged: 512 MB hold them.
 */
export const MAX_EXCHANGES = 850_000;

/** Characters of a path that are kept beyond `MAX_LONG_PATHS`; most paths are shorter. */
export const MAX_USUAL_PATH = 128;
/** Characters of all longer paths of a run. */
export const MAX_LONG_PATHS = 32 << 20;
/** Characters of all trace fields of a run that are kept as they stood on the wire: some 500,000 exchanges with a tracestate and a baggage each. */
export const MAX_TRACE_TEXT = 256 << 20;
/** Characters of a request id; a UUID has 36. */
export const MAX_REQUEST_ID_CHARS = 256;

/** Anomalies kept word by word, per capture, and as many limits; all are counted. */
export const MAX_ANOMALIES_KEPT = 100;
/** Exemplars of one outcome kept whole for the report. */
export const MAX_EXEMPLARS = 6;
/** Of these: the earliest; the others are from anywhere. */
export const EARLIEST_EXEMPLARS = 3;
/** Edges of which encrypted connections are told one by one: a machine that calls half the internet shall not fill a report. */
export const MAX_ENCRYPTED_EDGES = 50;
/** Trace ids listed in one finding. */
export const MAX_TRACE_IDS = 20;
/** Different traces of one fault that are told apart for its count. */
export const MAX_TRACES_COUNTED = 10_000;
/** Findings that the report for people tells, gravest first: nobody reads more, and each takes some fifteen lines. */
export const MAX_FINDINGS_TOLD = 200;
/** Addresses that only send and are told apart, some 5 kB each: what the internet asks has more, and nobody reads a report of them one by one. */
export const MAX_CALLERS = 20_000;
/** Edges in its table. */
export const MAX_EDGES_TOLD = 500;
/** Traces listed in a report. */
export const MAX_TRACES_LISTED = 1_000;
/** Broken traces that are put together to be counted and listed in a report, some 0.1 ms each; an export writes all. */
export const MAX_STITCHED_COUNTED = 1_000;
/** Parts and joins that a report lists of one stitched trace, and examples of one edge. */
export const MAX_JOINS_LISTED = 100;
/** Servers whose connections a report lists; the rest are counted. */
export const MAX_SERVERS_LISTED = 1_000;
/** Packets that get a comment in an annotated capture: nobody reads more, and Wireshark keeps all of them in memory. */
export const MAX_ANNOTATED_PACKETS = 100_000;
/** Spans and ghosts that are put together at a time: one id on everything makes all traffic of a capture hang together, and no UI shows more. */
export const MAX_STITCHED_SPANS = 100_000;
/** Different values of a feature counted on a faulty edge, as many as routes: more explain nothing in words. */
export const MAX_FEATURE_VALUES = 200;
/** Buckets of a quantity counted on a faulty edge: of a capture of an hour, each is less than 8 s. */
export const MAX_FEATURE_BUCKETS = 1_024;
/** Routes of a run that are told apart by name, whatever spans and paths say. */
export const MAX_ROUTE_NAMES = 65_536;
/** Shapes of paths, and routes, that one span name is compared with. */
export const MAX_SHAPES = 64;
/** Different routes kept for one edge; the rest are counted as `other`. */
export const MAX_ROUTES = 200;

/** DNS questions that wait for their answer at a time, over UDP and over all connections of TCP, per vantage point; the oldest goes out as unanswered. */
export const MAX_DNS_WAITING = 4_096;
/** Records of one DNS answer that are kept; a resolver's list of addresses has at most a few dozen. */
export const MAX_DNS_ANSWERS = 256;
/** Packet time for which a DNS question waits: resolvers ask again after 5 s and give up after a few times (resolv.conf(5)). */
export const DNS_TIMEOUT_US = 30_000_000;

/** Bytes of one export of spans, as sent and as unpacked. An SDK's batch of 512 spans has some 300 kB; collectors take 4 MiB (gRPC) to 20 MiB. */
export const MAX_EXPORT_BYTES = 8 << 20;
/** Bytes of unfinished exports kept over all connections of a vantage point. */
export const MAX_EXPORT_BYTES_TOTAL = 64 << 20;
/** Bytes of the answer to an export: a status and a message. */
export const MAX_EXPORT_ANSWER_BYTES = 64 << 10;
/** Spans kept of one export; SDKs send 512 by default, collectors 8,192. */
export const MAX_SPANS_PER_EXPORT = 16_384;
/** ResourceSpans and ScopeSpans read of one export: one of each for each span that is kept. Empty ones take two bytes. */
export const MAX_SPAN_GROUPS_PER_EXPORT = 2 * MAX_SPANS_PER_EXPORT;
/** Bytes of an export in JSON for each object and list in it. Real ones have some 35; `{},` makes thirty times its size of memory. */
export const MIN_BYTES_PER_JSON_OBJECT = 12;
/** How much larger all exports of a vantage point may become than they were sent, together: gzip makes a tenth to a thirtieth of spans, and a thousandth of zeros. */
export const MAX_UNPACKED_RATIO = 40;
/** Bytes that exports of a vantage point may be unpacked to beyond that ratio. */
export const MAX_UNPACKED_BYTES_BEYOND = 64 << 20;
/** Exports that wait for their answer at a time, per vantage point; the oldest goes out as unanswered. */
export const MAX_EXPORTS_WAITING = 4_096;
/** Characters of an exported span's name. Real ones are below 100; a URL for a name is longer and tells no more. */
export const MAX_SPAN_NAME_CHARS = 512;
/** Structures in one another in Thrift; Jaeger's model has five levels. */
export const MAX_THRIFT_DEPTH = 16;

/** Bytes of one gRPC reply message. 50,000 spans are 15 MB (measured on Jaeger 2.13). */
export const MAX_REPLY_BYTES = 256 << 20;
/** Bytes of one trace file after decompression: JSON is parsed whole. */
export const MAX_TRACE_FILE_BYTES = 512 << 20;
/** Lists in one another of a trace file in JSON, with the documents in the innermost: `jq -s` makes one of each file, and one of all. */
export const MAX_TRACE_FILE_LISTS = 8;
/** Names learnt from DNS answers and name resolution blocks. */
export const MAX_NAMES = 65_536;
/** Characters of a name of an interface or an address; a domain name has up to 253 (RFC 1035 §2.3.4). */
export const MAX_NAME_CHARS = 255;
/** DNS exchanges that are remembered one by one, in a run. */
export const MAX_DNS_KEPT = 32_768;
/** Span exports of a run that are remembered with the ids of their spans; an exporter sends one every 5 s. */
export const MAX_EXPORTS_KEPT = 20_000;
/** Warnings kept of one trace. Jaeger's adjusters write one on each span concerned, and old servers pile them up. */
export const MAX_TRACE_WARNINGS = 20;
/** Characters of one warning that a backend wrote; real ones are below 200. */
export const MAX_WARNING_CHARS = 500;
/** Spans kept of the traces that a search of the window found by itself: some 300 MB. A busy Jaeger holds more than a capture is about. */
export const MAX_WINDOW_SPANS = 500_000;
/** Services whose spans are looked for in the window. Beyond it a Jaeger is shared by a whole company. */
export const MAX_SERVICES_SEARCHED = 1_000;
/** Traces that one search may return: Jaeger's own bound of search_depth with memory storage. */
export const MAX_SEARCH_DEPTH = 100_000;

/** Bytes of one TLS handshake message that is read. A ClientHello with post-quantum keys has 2 KB; certificates are skipped. */
export const MAX_HANDSHAKE_MESSAGE_BYTES = 64 << 10;
/** Bytes of one line of a key log; the longest that means something has 230. */
export const MAX_KEY_LOG_LINE_BYTES = 1_024;
/** Secrets kept of all key logs: some 100 MB, and more connections than a capture of hours holds. */
export const MAX_KEY_LOG_SECRETS = 500_000;
/** Bytes of records of one TLS connection that wait for keys that come later in the capture. */
export const MAX_HELD_RECORD_BYTES = 256 << 10;
/** Such bytes over all connections of a run. */
export const MAX_HELD_RECORD_BYTES_TOTAL = 16 << 20;
/** TLS connections that wait for keys at a time: each takes some KB beside its records. */
export const MAX_WAITING_TLS_CONNECTIONS = 16_384;
/** Records that a gap may have swallowed: sequence numbers tried with the first one behind it. A lost window of 1 MB in full records is 64. */
export const MAX_LOST_TLS_RECORDS_TRIED = 256;
/** Places behind lost bytes where a record may begin and is not whole yet. Among 18 KB of ciphertext hardly one looks so by chance. */
export const MAX_TLS_RECORD_CANDIDATES = 64;
/** Decryptions tried beyond the expected ones in one direction of a TLS connection, some 20 µs each; then the rest of it is not read. */
export const MAX_TLS_TRIALS = 4_096;
/** Such trials over all connections of a run: ten seconds. A hostile capture brings keys and garbage. */
export const MAX_TLS_TRIALS_TOTAL = 500_000;

/** Contexts that are kept to compare the clocks of captures by. More do not move a median; each costs some 200 bytes while it is made. */
export const MAX_CONTEXTS_COMPARED = 50_000;

/** Groups of regular calls that are looked at for timers: each is set against what its machine received meanwhile. */
export const MAX_TIMERS = 64;
/** Sentences on exports that nobody took; the rest is one number. */
export const MAX_FAILED_EXPORTS_TOLD = 8;

/** Routes, and callers, by which listeners are compared: who is asked for more is no replica of anybody. */
export const MAX_ROUTES_COMPARED = 1_024;
