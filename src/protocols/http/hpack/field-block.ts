import type { Field } from "../../../wire/field.ts";

/** What the fields of one block say. One object is used again and again, but for `kept`: borrowed until the next block is read. */
export interface FieldBlock {
  /** In wire order. */
  kept: Field[];
  /** Fields whose name, or name and value, stood in a part of the dynamic table that the capture does not show. */
  hidden: number;
  /** Why reading stopped before the end of the block, in the words of RFC 7541. */
  error: string | undefined;
  /** Where a block was cut, reading stops before the field that is not whole. */
  isCut: boolean;
  method: string | undefined;
  path: string | undefined;
  targetHash: number;
  status: number | undefined;
  authority: string | undefined;
  /** The place of `authority` among `kept`. */
  authorityAt: number;
  hasHost: boolean;
  contentType: string | undefined;
  contentEncoding: string | undefined;
  grpcStatus: string | undefined;
  grpcTimeout: string | undefined;
  /** The first field is known and is no pseudo-header field: the block is a trailer section (RFC 9113 §8.1, §8.3). */
  isTrailer: boolean;
}

export function emptyBlock(): FieldBlock {
  return {
    kept: [],
    hidden: 0,
    error: undefined,
    isCut: false,
    method: undefined,
    path: undefined,
    targetHash: 0,
    status: undefined,
    authority: undefined,
    authorityAt: 0,
    hasHost: false,
    contentType: undefined,
    contentEncoding: undefined,
    grpcStatus: undefined,
    grpcTimeout: undefined,
    isTrailer: false,
  };
}

export function clearBlock(block: FieldBlock, isCut: boolean): void {
  block.kept = [];
  block.hidden = 0;
  block.error = undefined;
  block.isCut = isCut;
  block.method = undefined;
  block.path = undefined;
  block.targetHash = 0;
  block.status = undefined;
  block.authority = undefined;
  block.authorityAt = 0;
  block.hasHost = false;
  block.contentType = undefined;
  block.contentEncoding = undefined;
  block.grpcStatus = undefined;
  block.grpcTimeout = undefined;
  block.isTrailer = false;
}
