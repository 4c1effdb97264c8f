// Bytes to a gRPC method, bytes back. Knows channels, credentials, deadlines and retries; nothing of Jaeger's messages.

import { type CallOptions, ChannelCredentials, Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { MAX_REPLY_BYTES } from "../wire/limits.ts";
import { UserError } from "../wire/user-error.ts";
import { type RpcFailure, STATUS } from "./explain-failure.ts";

export interface JaegerTls {
  /** PEM; without it the authorities that Node knows are trusted. */
  readonly ca?: Uint8Array;
  /** PEM, both or none. */
  readonly cert?: Uint8Array;
  readonly key?: Uint8Array;
  /** The name that the certificate must be for, where it is not the target's. */
  readonly serverName?: string;
}

export interface ClientOptions {
  readonly target: string;
  readonly tls?: JaegerTls;
  readonly token?: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly deadlineMs: number;
}

/** Waits between the tries of one call. */
export type Sleep = (ms: number) => Promise<void>;

/** A server that restarts is back within a second or so; longer outages are reported. */
const RETRY_AFTER_MS = [100, 300, 900] as const;

/** Rejects with this. */
export class CallFailed extends Error implements RpcFailure {
  readonly code: number;
  readonly details: string;
  constructor(code: number, details: string) {
    super(details);
    this.code = code;
    this.details = details;
  }
}

export class JaegerClient {
  readonly #client: Client;
  readonly #metadata: Metadata;
  readonly #deadlineMs: number;
  readonly #sleep: Sleep;

  constructor(options: ClientOptions, sleep: Sleep) {
    this.#metadata = metadataOf(options);
    this.#deadlineMs = options.deadlineMs;
    this.#sleep = sleep;
    const { serverName } = options.tls ?? {};
    this.#client = new Client(options.target, credentialsOf(options.tls), {
      "grpc.max_receive_message_length": MAX_REPLY_BYTES,
      // grpc-js would otherwise answer our retries with the first failure for a second.
      "grpc.initial_reconnect_backoff_ms": RETRY_AFTER_MS[0],
      ...(serverName !== undefined && { "grpc.ssl_target_name_override": serverName, "grpc.default_authority": serverName }),
    });
  }

  /** All messages of the reply. A unary method's reply is a stream of one. Rejects with `CallFailed`. */
  async call(path: string, request: Uint8Array): Promise<readonly Uint8Array[]> {
    for (let tries = 0; ; tries++) {
      try {
        return await this.#once(path, request);
      } catch (error) {
        const wait = RETRY_AFTER_MS[tries];
        if (!(error instanceof CallFailed) || error.code !== STATUS.unavailable || wait === undefined) throw error;
        await this.#sleep(wait);
      }
    }
  }

  close(): void {
    this.#client.close();
  }

  #once(path: string, request: Uint8Array): Promise<readonly Uint8Array[]> {
    return new Promise((resolve, reject) => {
      const messages: Uint8Array[] = [];
      let bytes = 0;
      const options: CallOptions = { deadline: Date.now() + this.#deadlineMs };
      const stream = this.#client.makeServerStreamRequest(path, toBuffer, asIs, request, this.#metadata, options);
      stream.on("data", (message: Buffer) => {
        messages.push(message);
        bytes += message.length;
        if (bytes <= MAX_REPLY_BYTES) return;
        reject(new CallFailed(STATUS.resourceExhausted, `Received a reply larger than max (${MAX_REPLY_BYTES})`));
        stream.cancel();
      });
      stream.on("end", () => resolve(messages));
      // A failed call emits `error` and `status`; a promise settles once.
      stream.on("error", (error: ServiceError) => reject(new CallFailed(error.code, error.details)));
    });
  }
}

function credentialsOf(tls: JaegerTls | undefined): ChannelCredentials {
  if (!tls) return credentials.createInsecure();
  try {
    return ChannelCredentials.createSsl(pem(tls.ca), pem(tls.key), pem(tls.cert));
  } catch (error) {
    throw new UserError(`the TLS files cannot be used: ${error instanceof Error ? error.message : error}. They must be PEM.`);
  }
}

function metadataOf(options: ClientOptions): Metadata {
  const metadata = new Metadata();
  // The values may be secrets: no error repeats them.
  if (options.token !== undefined) {
    // A token out of a file ends with its newline.
    const token = options.token.trim();
    try {
      metadata.set("authorization", `Bearer ${token}`);
      // Under this key Jaeger passes a token on to its storage.
      metadata.set("bearer.token", token);
    } catch {
      throw new UserError("the bearer token cannot be sent: it holds more than one line, or something else than printable ASCII.");
    }
  }
  for (const [name, value] of options.headers) {
    try {
      metadata.add(name, name.toLowerCase().endsWith("-bin") ? Buffer.from(value, "base64") : value);
    } catch {
      throw new UserError(`--header ${name} cannot be sent: a name holds letters, digits, - _ and ., a value printable ASCII.`);
    }
  }
  return metadata;
}

function pem(bytes: Uint8Array | undefined): Buffer | null {
  return bytes === undefined ? null : Buffer.from(bytes);
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function asIs(bytes: Buffer): Buffer {
  return bytes;
}
