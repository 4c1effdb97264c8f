// What capturing programs say (tcpdump 4.99, libpcap 1.10, dumpcap 4.0), and what is made of it.

import { describe, expect, test } from "vitest";
import { type Attempt, explainComplaint } from "../../src/sources/live-complaint.ts";
import { capturePrograms } from "../../src/sources/live-program.ts";

const attempt: Attempt = { program: "tcpdump", interface: "eth9", filter: undefined, interfaces: ["eth0", "lo", "any"] };

describe("why a capture could not begin", () => {
  test.each([
    ["tcpdump: eth9: No such device exists\n(No such device exists)\n"],
    ["tcpdump: eth9: SIOCGIFHWADDR: No such device\n"],
    [`Capturing on 'eth9'\ndumpcap: There is no device named "eth9".\n(No such device exists)\n`],
  ])("no such interface: %j", (said) => {
    expect(explainComplaint(said, attempt)).toBe("there is no interface eth9. There are: eth0, lo, any.");
  });

  test("not permitted", () => {
    const tcpdump = "tcpdump: eth9: You don't have permission to perform this capture on that device\n(socket: Operation not permitted)\n";
    expect(explainComplaint(tcpdump, attempt)).toBe(
      "capturing on eth9 is not permitted (tcpdump: eth9: You don't have permission to perform this capture on that device (socket: Operation not permitted)). " +
        'Run it with sudo, or allow it once and for all: sudo setcap cap_net_raw,cap_net_admin+ep "$(readlink -f "$(command -v tcpdump)")"',
    );
    const dumpcap = `dumpcap: cap_set_proc() fail return: Operation not permitted\nCapturing on 'lo'\ndumpcap: You do not have permission to capture on device "lo".\n(socket: Operation not permitted)\nPlease check to make sure you have sufficient permissions.\n\nOn Debian and derivatives, try a filter\n`;
    expect(explainComplaint(dumpcap, { ...attempt, program: "dumpcap" })).toMatch(
      /^capturing on eth9 is not permitted \(dumpcap: You do not have permission to capture on device "lo"\. \(socket/,
    );
    expect(explainComplaint("socket: Operation not permitted", { ...attempt, program: "cap" })).toContain("command -v node");
  });

  test("a filter that is none", () => {
    expect(explainComplaint("tcpdump: can't parse filter expression: syntax error\n", { ...attempt, filter: "tcp prt 80" })).toBe(
      `--filter "tcp prt 80" is no capture filter (tcpdump: can't parse filter expression: syntax error). As an example: --filter 'tcp port 8080'`,
    );
    expect(explainComplaint("tcpdump: unknown host 'nowhere'\n", { ...attempt, filter: "host nowhere" })).toMatch(
      /^--filter "host nowhere" is no capture filter \(tcpdump: unknown host 'nowhere'\)/,
    );
  });

  test("down, and anything else", () => {
    expect(explainComplaint("tcpdump: ifb0: That device is not up\n", { ...attempt, interface: "ifb0" })).toBe(
      "the interface ifb0 is down (tcpdump: ifb0: That device is not up). Bring it up: sudo ip link set ifb0 up",
    );
    expect(explainComplaint("tcpdump: the moon is in the wrong place\n", attempt)).toBe(
      "tcpdump cannot capture on eth9: the moon is in the wrong place. Try it by itself: tcpdump -i eth9",
    );
  });
});

describe("drops", () => {
  const [tcpdump, dumpcap] = capturePrograms;

  test("tcpdump: the latest count, with what the interface dropped", () => {
    const running = "tcpdump: 90 packets captured, 100 packets received by filter, 3 packets dropped by kernel\n";
    expect(tcpdump?.lost("tcpdump: listening on lo, link-type EN10MB\n")).toBeUndefined();
    expect(tcpdump?.lost(running)).toBe(3);
    expect(
      tcpdump?.lost(
        `${running}95 packets captured\n120 packets received by filter\n7 packets dropped by kernel\n2 packets dropped by interface\n`,
      ),
    ).toBe(9);
    expect(tcpdump?.lost("1 packet captured\n1 packet received by filter\n1 packet dropped by kernel\n")).toBe(1);
  });

  test("dumpcap", () => {
    const said = (counts: string) => `Packets captured: 10\nPackets received/dropped on interface 'Loopback: lo': ${counts}\n`;
    expect(dumpcap?.lost(said("10/0 (pcap:0/dumpcap:0/flushed:0/ps_ifdrop:0) (100.0%)"))).toBe(0);
    expect(dumpcap?.lost(said("10/5 (pcap:4/dumpcap:1/flushed:0/ps_ifdrop:2) (66.7%)"))).toBe(7);
    expect(dumpcap?.lost("Capturing on 'lo'\nFile: -\n")).toBeUndefined();
  });

  test("a filter never becomes an option", () => {
    const request = { interface: "lo", filter: "-w /etc/passwd", env: {}, onExit: () => () => {} };
    expect(tcpdump?.arguments(request).slice(-2)).toEqual(["--", "-w /etc/passwd"]);
    expect(dumpcap?.arguments(request).slice(-2)).toEqual(["-f", "-w /etc/passwd"]);
  });
});
