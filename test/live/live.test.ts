// Real captures on loopback: needs root, and tcpdump, dumpcap or the package cap.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer, get } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { runLive } from "../../src/commands/live.ts";
import { runPcap } from "../../src/commands/pcap.ts";
import { openLive } from "../../src/sources/live.ts";
import { capturePrograms } from "../../src/sources/live-program.ts";
import { UserError } from "../../src/wire/user-error.ts";
import { type TestWorld, testWorld } from "../commands/test-world.ts";
import { temporaryFolder } from "../sources/temporary-folder.ts";

const isRoot = process.getuid?.() === 0;
const has = (command: string, ...args: string[]) => {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};
const hasTcpdump = isRoot && has("tcpdump", "--version");
const hasDumpcap = isRoot && has("dumpcap", "--version");
const hasCap = isRoot && isLoadable("cap");
const env = { PATH: process.env.PATH ?? "" };
const EXCHANGES = 6;

function isLoadable(name: string): boolean {
  try {
    createRequire(import.meta.url)(name);
    return true;
  } catch {
    return false;
  }
}

interface Report {
  readonly captures: readonly { file: string; format: string; packets: number; lost: number; linkTypes: string[] }[];
  readonly summary: { readonly exchanges: number };
  readonly hops: readonly { path: string; status: number; contexts: { traceId: string }[] }[];
  readonly warnings: readonly string[];
}

const traceId = (i: number) => (i + 1).toString(16).repeat(32);

/** A server on loopback; `exchange` asks it once, with a context. */
async function service() {
  const server = createServer((_, response) => response.end("ok"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const exchange = (i: number) =>
    new Promise<void>((resolve, reject) => {
      const headers = { traceparent: `00-${traceId(i)}-00f067aa0ba902b7-01` };
      get({ host: "127.0.0.1", port, path: `/orders/${i}`, headers, agent: false }, (response) => response.resume().on("end", resolve)).on(
        "error",
        reject,
      );
    });
  return { port, exchange };
}

/** Settles when standard error matches. */
function shown(world: TestWorld, pattern: RegExp): Promise<void> {
  return new Promise((resolve) => world.onStderr((text) => pattern.test(text) && resolve()));
}

async function captureExchanges(values: Record<string, unknown>): Promise<{ world: TestWorld; report: Report }> {
  const { port, exchange } = await service();
  const world = testWorld({ isTTY: true, env });
  const capturing = shown(world, /capturing on/);
  const seen = shown(world, new RegExp(`· ${EXCHANGES} exchanges`));
  const run = runLive({ interface: "lo", filter: `tcp port ${port}`, format: "json", hops: "all", ...values }, world);
  await Promise.race([capturing, run]);
  for (let i = 0; i < EXCHANGES; i++) await exchange(i);
  await Promise.race([seen, run]);
  world.interrupt();
  await run;
  return { world, report: JSON.parse(world.out()) as Report };
}

function expectAll({ report }: { report: Report }): void {
  expect(report.summary.exchanges).toBe(EXCHANGES);
  expect(report.hops.map(({ path, status, contexts }) => [path, status, contexts[0]?.traceId])).toEqual(
    Array.from({ length: EXCHANGES }, (_, i) => [`/orders/${i}`, 200, traceId(i)]),
  );
}

describe.skipIf(!hasTcpdump)("live with tcpdump (needs root and tcpdump)", () => {
  test("exchanges are counted while it runs; Ctrl-C gives the report; --write keeps the packets", async () => {
    const folder = temporaryFolder({});
    const path = `${folder}/kept.pcap`;
    const captured = await captureExchanges({ write: path });
    expectAll(captured);
    const { world, report } = captured;
    expect(report.captures).toMatchObject([{ file: path, lost: 0, linkTypes: ["ETHERNET"] }]);
    expect(report.warnings).toEqual([]);
    expect(world.err()).toMatch(/capturing on lo with tcpdump; Ctrl-C gives the report\./);
    expect(world.err()).toMatch(/ending the capture/);
    expect(world.code()).toBe(0);
    const again = testWorld();
    await runPcap([path], { format: "json", hops: "all" }, again);
    const reread = JSON.parse(again.out()) as Report;
    expect(reread.hops).toEqual(report.hops);
    expect(reread.captures[0]?.packets).toBe(report.captures[0]?.packets);
  });

  test("a second Ctrl-C does not wait: what was read until then is reported", async () => {
    const world = testWorld({ env });
    const capturing = shown(world, /capturing on/);
    const run = runLive({ interface: "lo", format: "json", filter: "tcp port 9" }, world);
    await capturing;
    world.interrupt();
    world.interrupt();
    await run;
    expect(JSON.parse(world.out())).toMatchObject({ summary: { exchanges: 0 } });
  });

  test("--duration ends it", async () => {
    const world = testWorld({ env });
    await runLive({ interface: "lo", format: "json", filter: "tcp port 9", duration: 0.01, quiet: true }, world);
    expect(JSON.parse(world.out())).toMatchObject({ captures: [{ file: "lo", packets: 0 }] });
    expect(world.err()).toBe("");
  });

  test.each([
    [{ interface: "nosuch0" }, /^there is no interface nosuch0\. There are: .*lo.*, any\.$/],
    [{ interface: "lo", filter: "tcp prt 80" }, /^--filter "tcp prt 80" is no capture filter \(tcpdump: .*syntax error.*\)/],
    [
      { interface: "lo", write: "/nosuch/x.pcap" },
      /^\/nosuch\/x\.pcap cannot be written \(its folder does not exist\)\. Name another file with --write\.$/,
    ],
    [{ interface: "lo", jaeger: "a/b" }, /^--jaeger a\/b: expected HOST or HOST:PORT/],
  ])("%j: a sentence", async (values, expected) => {
    const failure = await runLive(values, testWorld({ env })).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UserError);
    expect((failure as Error).message).toMatch(expected);
  });

  test("a refused capture leaves an earlier file as it was", async () => {
    const folder = temporaryFolder({ "kept.pcap": "precious" });
    await expect(runLive({ interface: "nosuch0", write: `${folder}/kept.pcap` }, testWorld({ env }))).rejects.toThrow(UserError);
    expect(readFileSync(`${folder}/kept.pcap`, "utf8")).toBe("precious");
  });
});

describe("other ways to capture", () => {
  const request = { interface: "lo", filter: "tcp port 9", env, onExit: () => () => {} };

  test.skipIf(!hasDumpcap)("dumpcap where tcpdump is not (needs root and dumpcap)", async () => {
    const capture = await openLive(request, [{ ...capturePrograms[0]!, name: "no-such-program" }, capturePrograms[1]!]);
    expect(capture.program).toBe("dumpcap");
    capture.stop();
    let bytes = 0;
    for await (const chunk of capture.stream) bytes += (chunk as Uint8Array).length;
    expect(await capture.ended).toBeUndefined();
    expect(bytes).toBe(24);
    expect(capture.lost).toBe(0);
  });

  test.skipIf(!hasCap)("the package cap where there is no program (needs root and cap); its packets are a pcap stream", async () => {
    const { port, exchange } = await service();
    const capture = await openLive({ ...request, filter: `tcp port ${port}` }, []);
    expect(capture.program).toBe("cap");
    expect(capture.warnings.join()).toMatch(/no packet times/);
    await exchange(0);
    let text = "";
    for await (const chunk of capture.stream) {
      text += (chunk as Buffer).toString("latin1");
      if (text.includes("HTTP/1.1 200")) capture.stop();
    }
    expect(text).toContain(`traceparent: 00-${traceId(0)}`);
    await expect(openLive({ ...request, filter: "tcp prt" }, [])).rejects.toThrow(/^--filter "tcp prt" is no capture filter \(cap: /);
  });

  test.skipIf(process.platform === "win32" || !existsSync("/bin/sh"))(
    "a program that ends by itself is reported with its own words",
    async () => {
      const shell = {
        ...capturePrograms[0]!,
        name: "sh",
        arguments: () => ["-c", "head -c 24 /dev/zero; echo 'sh: the interface went away' >&2; exit 1"],
      };
      const capture = await openLive({ ...request, env: { PATH: "/usr/bin:/bin" } }, [shell]);
      capture.stream.resume();
      expect(await capture.ended).toBe("sh: the interface went away");
    },
  );

  test.skipIf(process.platform === "win32" || !existsSync("/bin/sh"))("a program ends with the process that started it", async () => {
    const shell = { ...capturePrograms[0]!, name: "sh", arguments: () => ["-c", "head -c 24 /dev/zero; exec sleep 1000"] };
    const callbacks = new Set<() => void>();
    const onExit = (callback: () => void) => {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    };
    const capture = await openLive({ ...request, env: { PATH: "/usr/bin:/bin" }, onExit }, [shell]);
    capture.stream.resume();
    expect(callbacks.size).toBe(1);
    for (const callback of callbacks) callback();
    expect(await capture.ended).toBeUndefined();
    expect(callbacks.size).toBe(0);
  });
});
