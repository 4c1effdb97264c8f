// Jaeger over gRPC. Loaded when it is used: grpc-js takes a tenth of a second.

import { Interner } from "../spans/interner.ts";
import { mergeTraces } from "../spans/merge-traces.ts";
import { JAEGER_QUERY_PORT } from "../wire/jaeger-port.ts";
import { UserError } from "../wire/user-error.ts";
import type { ApiGeneration } from "./api-generation.ts";
import type { TraceAnswer, TraceBackend, TraceQuestion } from "./backend.ts";
import { chooseTraceIds } from "./choose-trace-ids.ts";
import { explainFailure, STATUS, shortReason } from "./explain-failure.ts";
import { CallFailed, type ClientOptions, JaegerClient, type Sleep } from "./jaeger-client.ts";
import { readServices } from "./jaeger-requests.ts";
import { lookUpTraces } from "./look-up-traces.ts";
import { API_GENERATIONS } from "./registry.ts";
import { searchWindow, type WindowTraces } from "./search-window.ts";

export interface JaegerOptions extends ClientOptions {
  /** Look-ups at a time. 16 use a server of two cores fully. */
  readonly concurrency: number;
  readonly maxTraces: number;
}

/** A server that fails these ways answers no other question either. */
const FATAL: ReadonlySet<number> = new Set([
  STATUS.unavailable,
  STATUS.unauthenticated,
  STATUS.permissionDenied,
  STATUS.deadlineExceeded,
  STATUS.unimplemented,
]);

interface Session {
  readonly api: ApiGeneration;
  /** A reason when Jaeger could not say. */
  readonly services: readonly string[] | { readonly reason: string };
}

/** Throws `UserError` for options that cannot be used; asks nothing yet. `generations` MUST NOT be empty. */
export function openJaeger(
  options: JaegerOptions,
  { sleep = wait, generations = API_GENERATIONS }: { sleep?: Sleep; generations?: readonly ApiGeneration[] } = {},
): TraceBackend {
  const target = withPort(options.target);
  const client = new JaegerClient({ ...options, target }, sleep);
  const asked = { target, secure: options.tls !== undefined, deadlineMs: options.deadlineMs };
  return {
    async ask(question) {
      const session = await begin(client, generations, (failure) => new UserError(explainFailure(failure, asked)));
      return ask(client, session, question, { ...options, target });
    },
    close: () => client.close(),
  };
}

/** Finds the first generation that the server implements, by the question for its services, which the window needs anyway. */
async function begin(
  client: JaegerClient,
  generations: readonly ApiGeneration[],
  explain: (failure: CallFailed) => UserError,
): Promise<Session> {
  let last: CallFailed | undefined;
  for (const api of generations) {
    try {
      const [message] = await client.call(api.paths.getServices, api.getServices());
      const services = readServices(message ?? new Uint8Array(0));
      return { api, services: services ?? { reason: "its list of services cannot be read" } };
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      last = error;
      if (error.code === STATUS.unimplemented) continue;
      if (FATAL.has(error.code) || isNoGrpc(error)) throw explain(error);
      return { api, services: { reason: shortReason(error) } };
    }
  }
  throw explain(last ?? new CallFailed(STATUS.unimplemented, ""));
}

/** An HTTP answer that grpc-js could not take for gRPC: its first bytes read as a length, or a status of HTTP's. */
function isNoGrpc(failure: CallFailed): boolean {
  return (failure.code === STATUS.resourceExhausted && /larger than max/.test(failure.details)) || /HTTP status code/.test(failure.details);
}

async function ask(
  client: JaegerClient,
  { api, services }: Session,
  question: TraceQuestion,
  options: JaegerOptions,
): Promise<TraceAnswer> {
  const interner = new Interner();
  const traceIds = chooseTraceIds(question.traceIds, options.maxTraces, question.always);
  const found = await lookUpTraces(client, api, traceIds, options.concurrency, interner);
  const window = await searched(question, services, (names) =>
    searchWindow(client, api, names, question.window, options.maxTraces, interner),
  );
  const inWindow = new Set(window.traces.map((trace) => trace.traceId));
  return {
    source: `${options.target}, ${api.name}`,
    traces: mergeTraces([...found.traces, ...window.traces]),
    absent: found.absent.filter((traceId) => !inWindow.has(traceId)),
    failed: found.failed.filter(({ traceId }) => !inWindow.has(traceId)),
    respelled: found.respelled,
    warnings: window.warnings,
    asked: traceIds.length,
    windowSearched: window.whole,
  };
}

async function searched(
  { window }: TraceQuestion,
  services: Session["services"],
  search: (services: readonly string[]) => Promise<WindowTraces>,
): Promise<WindowTraces> {
  // A capture without packets has no window.
  if (!(window.from <= window.to)) return { traces: [], warnings: [], whole: false };
  if ("reason" in services) {
    return { traces: [], warnings: [`the window was not searched: asking for the services failed (${services.reason})`], whole: false };
  }
  return search(services);
}

/** `jaeger`, `[::1]` → with the gRPC query port; 443 would be gRPC's own default. */
function withPort(target: string): string {
  return /:\d+$/.test(target.replace(/^\[[^\]]*\]/, "")) ? target : `${target}:${JAEGER_QUERY_PORT}`;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
