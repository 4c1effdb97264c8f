// Figures and words as people read them.

import { SECOND, type Timestamp, toIso } from "../../wire/timestamp.ts";
import { counted } from "../../wire/words.ts";

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

const SHORT_ID = 16;

/** `4bf92f3577b34da6…`: enough to tell ids apart by eye. */
export function shortId(id: string): string {
  return id.length > SHORT_ID + 1 ? `${id.slice(0, SHORT_ID)}…` : id;
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
