import { describe, expect, it } from "vitest";
import { AddressTable } from "../../src/packet/address-table.ts";
import { MAX_ADDRESSES } from "../../src/wire/limits.ts";

const bytes6 = (groups: readonly number[]) => Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 255]));

describe("addresses", () => {
  it.each([
    [[0x2001, 0xdb8, 0, 0, 0, 0, 0, 1], "2001:db8::1"],
    [[0, 0, 0, 0, 0, 0, 0, 1], "::1"],
    [[0, 0, 0, 0, 0, 0, 0, 0], "::"],
    [[1, 0, 0, 2, 0, 0, 0, 3], "1:0:0:2::3"],
    [[1, 0, 0, 2, 3, 0, 0, 4], "1::2:3:0:0:4"],
    [[1, 0, 2, 3, 4, 5, 6, 7], "1:0:2:3:4:5:6:7"],
    [[0xfe80, 0, 0, 0, 0xabcd, 0, 0, 0], "fe80::abcd:0:0:0"],
    [[0, 0, 0, 0, 0, 0xffff, 0x0a00, 0x0001], "10.0.0.1"],
  ] as const)("%j is %s (RFC 5952)", (groups, text) => {
    const table = new AddressTable();
    expect(table.name(table.ipv6(bytes6(groups), 0))).toBe(text);
  });

  it("have one number each, the mapped form that of the IPv4 address", () => {
    const table = new AddressTable();
    const number = table.ipv4(Uint8Array.of(10, 0, 0, 1), 0);
    expect(table.ipv4(Uint8Array.of(9, 10, 0, 0, 1), 1)).toBe(number);
    expect(table.ipv6(bytes6([0, 0, 0, 0, 0, 0xffff, 0x0a00, 0x0001]), 0)).toBe(number);
    expect(table.name(99)).toBe("?");
  });

  it("are forgotten when a flood fills the table, and no number comes twice", () => {
    let said = 0;
    const table = new AddressTable(() => said++);
    const bytes = new Uint8Array(4);
    const view = new DataView(bytes.buffer);
    let last = -1;
    for (let i = 0; i < MAX_ADDRESSES + 10; i++) {
      view.setUint32(0, i);
      const number = table.ipv4(bytes, 0);
      if (number <= last) throw new Error(`number ${number} came twice`);
      last = number;
    }
    expect(table.name(last)).toBe("0.4.0.9");
    expect(said).toBe(1);
  });
});
