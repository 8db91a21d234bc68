import { describe, expect, it } from "vitest";
import { encodeIdentities, IdentityReader } from "./identities.ts";

const IDENTITIES = [
  { scheme: "ip", id: "10.0.0.1" },
  { scheme: "digest", id: "zoë:Zm9v" },
  { scheme: "digest", id: "" },
];

describe("identities on their way to the leader", () => {
  it("are read as they were written", () => {
    const reader = new IdentityReader();
    expect(reader.decode(encodeIdentities(IDENTITIES))).toEqual(IDENTITIES);
    expect(reader.decode(encodeIdentities([]))).toEqual([]);
  });

  it("are the same bytes for the same list, so that a batch holds them once", () => {
    expect(encodeIdentities(IDENTITIES)).toBe(encodeIdentities(IDENTITIES));
    expect(encodeIdentities([...IDENTITIES])).toEqual(encodeIdentities(IDENTITIES));
  });

  it("are told apart, however alike they are", () => {
    const lists = [
      [{ scheme: "a", id: "bc" }],
      [{ scheme: "ab", id: "c" }],
      [
        { scheme: "a", id: "b" },
        { scheme: "c", id: "" },
      ],
    ];
    const reader = new IdentityReader();
    for (const list of lists) expect(reader.decode(encodeIdentities(list))).toEqual(list);
    for (const list of lists) expect(reader.decode(encodeIdentities(list))).toEqual(list);
  });

  it("are none when they are cut short anywhere but between two", () => {
    const bytes = encodeIdentities(IDENTITIES.slice(0, 1));
    for (let end = 1; end < bytes.length; end++) {
      expect(new IdentityReader().decode(bytes.subarray(0, end)), `${end} bytes`).toBeUndefined();
    }
  });

  it("are read right after more different ones than are remembered", () => {
    const reader = new IdentityReader();
    for (let n = 0; n < 3000; n++) {
      const list = [{ scheme: "digest", id: `user${n}` }];
      expect(reader.decode(encodeIdentities(list))).toEqual(list);
    }
    expect(reader.decode(encodeIdentities(IDENTITIES))).toEqual(IDENTITIES);
  });
});
