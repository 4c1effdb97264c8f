import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Chain, drawChain } from "../../src/report/text/chain.ts";
import { escapeControls } from "../../src/report/text/escape-controls.ts";
import { bold, draw, styled, widthOf } from "../../src/report/text/line.ts";
import { layTable } from "../../src/report/text/table.ts";
import { confidenceWord, duration, shellWord, shorten, shortId } from "../../src/report/text/words.ts";
import { wrap } from "../../src/report/text/wrap.ts";
import { counted, listed } from "../../src/wire/words.ts";

const ESC = "\u001b";

describe("escaping", () => {
  test("controls, bidirectional marks and separators are shown, not sent", () => {
    expect(escapeControls(`a${ESC}[2Jb\r\n\u009b\u202e\u2028`)).toBe("a\\x1b[2Jb\\x0d\\x0a\\x9b\\u202e\\u2028");
  });

  test("letters of every script and symbols stay", () => {
    expect(escapeControls("naïve 注文 ✖ → 🙂")).toBe("naïve 注文 ✖ → 🙂");
  });

  test("whatever a piece holds, a drawn line has no control character but its own colours", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.boolean(), (text, isColoured) => {
        const drawn = draw([text, bold(text), styled("red", text)], isColoured).replaceAll(/\u001b\[[\d;]+m/g, "");
        expect(drawn).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
      }),
    );
  });
});

describe("drawing", () => {
  test("no colour: the same text without codes", () => {
    expect(draw([bold("Why"), " ", styled("red", "✖")], false)).toBe("Why ✖");
  });

  test("neighbours of one style share one code", () => {
    expect(draw([bold("a"), bold(" b"), "c"], true)).toBe(`${ESC}[1ma b${ESC}[0mc`);
  });
});

describe("wrapping", () => {
  const lines = (text: string, width: number, hang: number) => wrap([text], width, hang).map((line) => draw(line, false));

  test("breaks at spaces and indents what follows", () => {
    expect(lines("the quick brown fox", 10, 2)).toEqual(["the quick", "  brown", "  fox"]);
  });

  test("a word longer than the line is never cut", () => {
    expect(lines(`id ${"f".repeat(32)} end`, 20, 2)).toEqual(["id", `  ${"f".repeat(32)}`, "  end"]);
  });

  test("a word of several styles stays whole", () => {
    expect(wrap(["aaaa b", bold("c"), "d"], 6, 0).map((line) => draw(line, false))).toEqual(["aaaa", "bcd"]);
  });

  test("all words survive, in order, whatever the width", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 }), fc.integer({ min: 4, max: 40 }), (words, width) => {
        const wrapped = lines(words.join(" "), width, 2);
        expect(wrapped.join(" ").trim().split(/ +/)).toEqual(words);
        for (const line of wrapped) expect(line.length <= width || line.trim().split(" ").length === 1).toBe(true);
      }),
    );
  });
});

describe("words", () => {
  test("ids and names are shortened so that they can be told", () => {
    expect(shortId("4bf92f3577b34da6a3ce929d0e0e4736")).toBe("4bf92f3577b34da6…");
    expect(shorten("frontend-5d8f7c9b6-abcde", 11)).toBe("front…abcde");
    expect(shorten("orders", 11)).toBe("orders");
  });

  test("figures", () => {
    expect(counted(1, "packet")).toBe("1 packet");
    expect(counted(1204, "packet")).toBe("1,204 packets");
    expect(listed(["a", "b", "c"])).toBe("a, b and c");
    expect([0.99, 0.95, 0.8, 0.79].map(confidenceWord)).toEqual(["certain", "certain", "likely", "possible"]);
    expect([350_000, 7_400_000, 723_000_000, 8_000_000_000, 864_000_000_000].map(duration)).toEqual([
      "350 ms",
      "7.4 s",
      "12 min 3 s",
      "2 h 13 min",
      "10 days",
    ]);
  });

  test("what a shell would take apart is quoted", () => {
    expect(shellWord("pods/a.pcap")).toBe("pods/a.pcap");
    expect(shellWord("it's here; rm")).toBe("'it'\\''s here; rm'");
  });
});

describe("tables", () => {
  test("numbers at the right, no borders, colours do not count", () => {
    const columns = [
      { head: "from", align: "left" },
      { head: "all", align: "right" },
    ] as const;
    expect(
      layTable(
        columns,
        [
          ["client", "7"],
          ["a", styled("red", "120")],
        ],
        false,
      ).map((line) => line.trimEnd()),
    ).toEqual(["from    all", "client    7", "a       120"]);
    const coloured = layTable(columns, [["a", styled("red", "120")]], true).map((line) => line.replaceAll(/\u001b\[[\d;]+m/g, ""));
    expect(coloured.at(-1)?.trimEnd()).toBe("a     120");
  });
});

describe("the chain", () => {
  const chain: Chain = {
    nodes: ["client", "ingress", "frontend", "orders", "stock"],
    arrows: [24, 15, 24, 24].map((withContext) => ({ withContext, exchanges: 24 })),
    faulty: 1,
    isAtReceiver: false,
    mark: "▲ 9 lost here",
  };
  const lines = (drawn: Chain, width: number) => {
    const { before, arrow, behind, mark } = drawChain(drawn, width);
    return [before + arrow + behind, mark];
  };

  test("the mark stands below the faulty arrow", () => {
    const [way = "", mark = ""] = lines(chain, 120);
    expect(way).toBe("client ──24/24──▶ ingress ──15/24──▶ frontend ──24/24──▶ orders ──24/24──▶ stock");
    const arrow = way.indexOf("──15/24");
    expect(mark.indexOf("▲")).toBeGreaterThanOrEqual(arrow);
    expect(mark.indexOf("▲")).toBeLessThan(arrow + 10);
  });

  test("below the receiver where that did it", () => {
    const [way = "", mark = ""] = lines({ ...chain, isAtReceiver: true }, 120);
    expect(way.slice(mark.indexOf("▲") - 4, mark.indexOf("▲") + 4)).toBe("frontend");
  });

  test("too wide: what lies farthest from the fault goes first, both ends of it stay", () => {
    expect(lines(chain, 70)[0]).toBe("client ──24/24──▶ ingress ──15/24──▶ frontend ──24/24──▶ orders ──▶ …");
    expect(lines(chain, 40)[0]).toContain("ingress ──15/24──▶ frontend");
    for (const width of [60, 70, 80]) expect(widthOf(lines(chain, width)[0] ?? "")).toBeLessThanOrEqual(width);
  });
});
