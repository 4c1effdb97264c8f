// What the user named (files, folders, patterns) as the sorted list of the files that are meant.
import type { Dirent } from "node:fs";
import { open, readdir, realpath, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { CAPTURE_MAGIC_LENGTH, recognizeCapture } from "../capture/registry.ts";
import { CAPTURE_NAME } from "../wire/capture-name.ts";
import { MAX_FILES_SEARCHED } from "../wire/limits.ts";
import { UserError } from "../wire/user-error.ts";
import { whyNotOpened } from "./file.ts";
import { expandPattern, isPattern } from "./glob.ts";
import { STDIN } from "./open-source.ts";

/**
 * Files as they are (whatever they hold), folders searched through, patterns expanded; each file once, sorted by path. In a folder a
 * file counts that has a capture's name or content. Throws `UserError` for an argument that leads to no file.
 */
export async function findCaptures(args: readonly string[]): Promise<string[]> {
  const search = new CaptureSearch();
  const paths = new Map<string, string>();
  for (const arg of args) {
    for (const path of await search.expand(arg)) if (!paths.has(resolve(path))) paths.set(resolve(path), path);
  }
  if (paths.size === 0) throw new UserError("No capture was named. Give capture files, folders or patterns, or - for standard input.");
  return [...paths.values()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

class CaptureSearch {
  #looked = 0;

  async expand(arg: string): Promise<readonly string[]> {
    if (arg === STDIN) return [arg];
    const kind = await kindOf(arg);
    if (kind === "file") return [arg];
    if (kind === "folder") return this.#searchOrThrow(arg);
    if (!isPattern(arg)) throw new UserError(whyNotOpened(arg, kind));
    const found: string[] = [];
    for (const path of await expandPattern(arg, (folder) => this.#list(folder))) {
      if ((await kindOf(path)) === "folder") await this.#search(path, found, new Set());
      else found.push(path);
    }
    if (found.length === 0) throw new UserError(`${arg} matches no file. Check the pattern and the folder in which you are.`);
    return found;
  }

  async #searchOrThrow(folder: string): Promise<readonly string[]> {
    const found: string[] = [];
    await this.#search(folder, found, new Set());
    if (found.length === 0) {
      throw new UserError(`${folder} holds no capture. Expected pcap or pcapng files in it or in its folders, gzip or zstd allowed.`);
    }
    return found;
  }

  async #search(folder: string, found: string[], visited: Set<string>): Promise<void> {
    // Links may lead in a circle.
    const real = await realpath(folder).catch(() => folder);
    if (visited.has(real)) return;
    visited.add(real);
    for (const { name, isFolder } of await this.#list(folder)) {
      if (name.startsWith(".")) continue;
      const path = `${folder.replace(/\/+$/, "")}/${name}`;
      if (isFolder) await this.#search(path, found, visited);
      else if (CAPTURE_NAME.test(name) || (await hasCaptureContent(path))) found.push(path);
    }
  }

  async #list(folder: string): Promise<{ name: string; isFolder: boolean }[]> {
    const entries: { name: string; isFolder: boolean }[] = [];
    for (const entry of await readFolder(folder)) {
      if (++this.#looked > MAX_FILES_SEARCHED) {
        throw new UserError(`More than ${MAX_FILES_SEARCHED} files were looked at without an end. Name the captures or a smaller folder.`);
      }
      entries.push({ name: entry.name, isFolder: await isFolder(folder, entry) });
    }
    return entries;
  }
}

async function readFolder(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    // A pattern may go through what is no folder, or is not there; a folder that is closed to us must be said.
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return [];
    throw new UserError(whyNotOpened(folder, error));
  }
}

async function isFolder(folder: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return (await kindOf(`${folder}/${entry.name}`)) === "folder";
}

/** The error when there is nothing. */
async function kindOf(path: string): Promise<"file" | "folder" | Error> {
  try {
    return (await stat(path)).isDirectory() ? "folder" : "file";
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function hasCaptureContent(path: string): Promise<boolean> {
  // Opening a named pipe would wait for its writer, opening a device may do anything.
  const file = await stat(path).catch(() => undefined);
  if (!file?.isFile()) return false;
  const handle = await open(path, "r").catch(() => undefined);
  if (!handle) return false;
  try {
    const start = new Uint8Array(CAPTURE_MAGIC_LENGTH);
    const { bytesRead } = await handle.read(start, 0, start.length, 0);
    return recognizeCapture(start.subarray(0, bytesRead)) !== undefined;
  } finally {
    await handle.close();
  }
}
