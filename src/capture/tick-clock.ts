// 64-bit ticks of any resolution to microseconds without BigInt and without losing more than the last bit of a double.
import { SECOND, type Timestamp } from "../wire/timestamp.ts";

/** Multipliers for the two 32-bit halves of a tick count: `high * whole + (high * rest + low) * tick + offset`. */
export interface TickClock {
  readonly whole: number;
  readonly rest: number;
  readonly tick: number;
  readonly offset: number;
}

/** pcapng's default: 10^-6 s (draft-ietf-opsawg-pcapng §4.2, if_tsresol). */
export const DEFAULT_RESOLUTION = 6;

/**
 * `resolution` is the byte of if_tsresol: 10^-n s, or 2^-n s when its highest bit is set. Undefined when 64 bits of such ticks are
 * less than a second or two. `offset` is if_tsoffset, in seconds.
 */
export function tickClock(resolution: number, offset: number): TickClock | undefined {
  const exponent = resolution & 0x7f;
  const start = offset * SECOND;
  if ((resolution & 0x80) !== 0) {
    if (exponent > 63) return undefined;
    return { whole: SECOND * 2 ** (32 - exponent), rest: 0, tick: SECOND * 2 ** -exponent, offset: start };
  }
  if (exponent > 19) return undefined;
  if (exponent <= 6) return { whole: 2 ** 32 * 10 ** (6 - exponent), rest: 0, tick: 10 ** (6 - exponent), offset: start };
  // 2^32 ticks are `whole` microseconds and `rest` ticks: the large product stays an exact integer.
  const perMicrosecond = 10 ** (exponent - 6);
  return { whole: Math.floor(2 ** 32 / perMicrosecond), rest: 2 ** 32 % perMicrosecond, tick: 1 / perMicrosecond, offset: start };
}

/** Ticks of such a clock for a time that no file gives in ticks. */
export function timestampToTicks(resolution: number, offset: number, timestamp: Timestamp): bigint {
  const micros = timestamp - offset * SECOND;
  const exponent = resolution & 0x7f;
  if ((resolution & 0x80) !== 0) return (BigInt(Math.max(0, Math.round(micros))) << BigInt(exponent)) / BigInt(SECOND);
  // Quarters of a microsecond are what a timestamp holds exactly.
  const quarters = BigInt(Math.max(0, Math.round(micros * 4)));
  return (quarters * 10n ** BigInt(exponent)) / BigInt(4 * SECOND);
}

/** Nanoseconds since the epoch: what a timestamp cannot hold apart is told apart by these. */
export function ticksToNanos(resolution: number, offset: number, ticks: bigint): bigint {
  const exponent = BigInt(resolution & 0x7f);
  const nanos = (resolution & 0x80) !== 0 ? (ticks * 1_000_000_000n) >> exponent : (ticks * 1_000_000_000n) / 10n ** exponent;
  return nanos + BigInt(offset) * 1_000_000_000n;
}

export function ticksToTimestamp(clock: TickClock, high: number, low: number): Timestamp {
  return high * clock.whole + (high * clock.rest + low) * clock.tick + clock.offset;
}
