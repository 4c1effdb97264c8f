export type Role = "application" | "proxy" | "client" | "unknown";

/** Who acts: a machine's address, or address and port where several listeners share one. */
export interface Workload {
  /** Place in `Naming.workloads`. */
  readonly index: number;
  /** Unique: the group where it has one workload only, else the pod, else service and address. */
  readonly name: string;
  /** What a user calls it: the service, with the role where a proxy stands before its application. */
  readonly group: string;
  /** Undefined when nothing names it. */
  readonly service: string | undefined;
  readonly role: Role;
  readonly pod: string | undefined;
  /** `10.7.0.3:8080` for what it listens on, `10.7.0.3` where it only calls. */
  readonly addresses: readonly string[];
  /** How the name was found. */
  readonly because: string;
  readonly host: string;
  /** The first port it listens on; undefined for who only calls, and where several listeners of one address could be meant. */
  readonly port: number | undefined;
  /** Whether the backend holds spans of it, or its calls name spans that it must have made. */
  readonly isInstrumented: boolean;
  /** Whether the backend holds SERVER spans of what it served. */
  readonly hasServerSpans: boolean;
  /** Whether the backend holds CLIENT spans of its calls: what it exports arrives. */
  readonly hasClientSpans: boolean;
  /** A proxy that sends on what its service asks of others. */
  readonly isOutgoing: boolean;
  /** An outside caller: it receives nothing here and has no spans. */
  readonly isOutside: boolean;
}

/** Workloads of an inspection, and who sent and received each hop. */
export interface Naming {
  readonly workloads: readonly Workload[];
  /** Whether callers beyond `MAX_CALLERS` are one workload. */
  readonly areCallersMerged: boolean;
  /** By hop index. */
  readonly senderOf: (hop: number) => Workload;
  readonly receiverOf: (hop: number) => Workload;
  /** What a user calls a machine, or its listener on that port, that may have no hop at all; undefined when nothing names it. */
  readonly groupOf: (host: string, port?: number) => string | undefined;
}
