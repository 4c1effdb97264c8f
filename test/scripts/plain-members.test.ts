import { describe, expect, it } from "vitest";
import { rewritten } from "../../scripts/plain-members.mjs";

function plain(code: string): string {
  let classes = 0;
  return rewritten(code, () => classes++);
}

describe("private members become plain ones", () => {
  it("under the number of their class: a class and the one that it extends may have some of one name", () => {
    const code = "class A { #x = 1; a() { return this.#x; } } class B extends A { #x = 2; b() { return this.#x; } }";
    expect(plain(code)).toBe("class A { x$0 = 1; a() { return this.x$0; } } class B extends A { x$1 = 2; b() { return this.x$1; } }");
    const [a, b] = new Function(`${plain(code)} const both = new B(); return [both.a(), both.b()];`)() as [number, number];
    expect([a, b]).toEqual([1, 2]);
  });

  it("of the class that declares them, where classes lie in one another", () => {
    const code = "class A { #x; static #n = 0; get #g() { return class { #x = 1; m(o) { return o.#g + this.#x + A.#n; } }; } }";
    expect(plain(code)).toBe(
      "class A { x$0; static n$0 = 0; get g$0() { return class { x$1 = 1; m(o) { return o.g$0 + this.x$1 + A.n$0; } }; } }",
    );
  });

  it("nowhere else: texts and comments keep what looks like one", () => {
    const code = 'class A { #x = "#x"; /* #x */ m() { return `#x` + this.#x; } }';
    expect(plain(code)).toBe('class A { x$0 = "#x"; /* #x */ m() { return `#x` + this.x$0; } }');
  });

  it("but not as the proof of a class", () => {
    expect(() => plain("class A { #x; static is(o) { return #x in o; } }")).toThrow("#x in ...");
  });
});
