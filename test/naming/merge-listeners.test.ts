import { describe, expect, it } from "vitest";
import { type Draft, emptyDraft } from "../../src/naming/draft.ts";
import { mergeListeners } from "../../src/naming/merge-listeners.ts";

/** `orders:8080`: host and port. */
function merged(made: Readonly<Record<string, Partial<Draft>>>): string[] {
  const byPlace = Object.entries(made).map(([place, more]) => {
    const [host = "", port] = place.split(":");
    return Object.assign(emptyDraft(host, [Number(port)]), more);
  });
  const listeners = new Map(byPlace.map((draft) => [`${draft.host} ${draft.ports[0]}`, draft]));
  mergeListeners(listeners, byPlace);
  expect([...listeners.values()]).toEqual(byPlace);
  return byPlace.map(({ ports }) => ports.join(" "));
}

const spansOf = (service: string, pod?: string) => ({
  received: 1,
  serverSpans: 1,
  resources: new Map([[{ service, ...(pod !== undefined && { pod }) }, 1]]),
});

describe("listeners of one machine", () => {
  it("are one workload where their spans come from one service and pod", () => {
    expect(merged({ "a:80": spansOf("orders"), "a:81": spansOf("stock"), "a:82": spansOf("orders") })).toEqual(["80 82", "81", "80 82"]);
    const three = merged({ "a:80": spansOf("orders"), "a:81": spansOf("orders"), "a:82": spansOf("orders") });
    expect(three).toEqual(["80 81 82", "80 81 82", "80 81 82"]);
    expect(merged({ "a:80": spansOf("orders", "p"), "a:81": spansOf("orders", "q") })).toEqual(["80", "81"]);
    expect(merged({ "a:80": spansOf("orders"), "b:80": spansOf("orders") })).toEqual(["80", "80"]);
  });

  it("that nothing comes in on are that of the only other one", () => {
    expect(merged({ "a:80": {}, "a:81": { received: 1 }, "a:82": {} })).toEqual(["81 80 82", "81 80 82", "81 80 82"]);
    const served = { ...spansOf("orders"), received: 2 };
    expect(merged({ "a:80": served, "a:81": served, "a:82": {} })).toEqual(["80 81 82", "80 81 82", "80 81 82"]);
    expect(merged({ "a:80": {}, "a:81": { received: 1 }, "a:82": { received: 1 } })).toEqual(["80", "81", "82"]);
    expect(merged({ "a:80": {}, "b:81": { received: 1 } })).toEqual(["80", "81"]);
  });

  /** How often it is asked what comes in on a listener, of `n` machines with two each and of one with `n`. */
  const asks = (n: number): number => {
    let count = 0;
    const make = (host: string, port: number, received: number) => {
      const draft = emptyDraft(host, [port]);
      let own = received;
      Object.defineProperty(draft, "received", {
        get: () => {
          count++;
          return own;
        },
        set: (value: number) => {
          own = value;
        },
      });
      return draft;
    };
    const byPlace = Array.from({ length: n }, (_, i) => [
      make("one", i, i === 0 ? 1 : 0),
      make(`host${i}`, 80, 1),
      make(`host${i}`, 81, 0),
    ]).flat();
    mergeListeners(new Map(byPlace.map((draft) => [`${draft.host} ${draft.ports[0]}`, draft])), byPlace);
    expect(new Set(byPlace).size).toBe(n + 1);
    return count;
  };

  it("are asked as often as there are of them", () => {
    expect(asks(400) / asks(200)).toBeLessThan(2.1);
  });
});
