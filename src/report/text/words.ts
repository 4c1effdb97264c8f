// Figures and words as people read them.

import { figure } from "../../wire/figure.ts";
import { SECOND, type Timestamp, toIso } from "../../wire/timestamp.ts";

/** `1 capture`, `1,204 packets`. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${figure(n)} ${n === 1 ? one : many}`;
}

export function listed(parts: readonly string[], last = "and"): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} ${last} ${parts.at(-1)}`;
}

export function confidenceWord(confidence: number): string {
  return confidence >= 0.95 ? "certain" : confidence >= 0.8 ? "likely" : "possible";
}

/** `350 ms`, `7.4 s`, `12 min 3 s`. */
export function duration(micros: number): string {
  const seconds = micros / SECOND;
  if (seconds < 1) return `${Math.round(micros / 1000)} ms`;
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole >= 2 * 86_400) return counted(Math.round(whole / 86_400), "day");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${whole % 60} s`;
}

/** `14:30:29.498764`, in UTC. */
export function clockTime(at: Timestamp, digits = 6): string {
  return toIso(at).slice(11, 20 + digits);
}

export function day(at: Timestamp): string {
  return toIso(at).slice(0, 10);
}

/** `4bf92f3577b34da6…`: enough to tell ids apart by eye. */
export function shortId(id: string, digits = 16): string {
  return id.length > digits + 1 ? `${id.slice(0, digits)}…` : id;
}

/** `pods/…/frontend.pcap`: cut in the middle, so that both ends can be told. */
export function shorten(text: string, most: number): string {
  const chars = [...text];
  if (chars.length <= most || most < 3) return text;
  const head = Math.ceil((most - 1) / 2);
  return `${chars.slice(0, head).join("")}…${chars.slice(chars.length - (most - 1 - head)).join("")}`;
}

/** A word as a POSIX shell takes it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
