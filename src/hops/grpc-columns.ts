import { grpcCall } from "../protocols/http/grpc.ts";
import type { GrpcCall } from "../protocols/observation.ts";
import { FIRST_ROWS, grown, keepEntries, keepRows } from "../wire/columns.ts";

/** What exchanges say as gRPC calls, by row. */
export class GrpcColumns {
  /** Plus one; 0 where it was not seen. */
  #status = new Uint16Array(FIRST_ROWS);
  readonly #timeout = new Map<number, number>();

  set(row: number, { status, timeout }: GrpcCall): void {
    if (status !== undefined) this.#status[row] = status + 1;
    if (timeout !== undefined) this.#timeout.set(row, timeout);
  }

  at(row: number, path: string): GrpcCall {
    const status = this.#status[row]!;
    return grpcCall(path, status === 0 ? undefined : status - 1, this.#timeout.get(row));
  }

  grow(capacity: number): void {
    this.#status = grown(this.#status, capacity);
  }

  keep(rows: Uint32Array, size: number): void {
    keepRows(this.#status, rows, size);
    keepEntries(this.#timeout, rows);
  }
}
