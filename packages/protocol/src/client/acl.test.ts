import { describe, expect, it } from "vitest";
import { digestId, ipMatches, isDigestAclId, isIpAclId, redactDigests } from "./acl.ts";

describe("digestId", () => {
  it("is user and hash, as ZooKeeper makes it", () => {
    expect(digestId("bob:pw")).toBe("bob:ikIaKsbtGweaHnb/jKn7OHqbunM=");
    expect(digestId(Buffer.from("bob:pw"))).toBe("bob:ikIaKsbtGweaHnb/jKn7OHqbunM=");
  });

  it("ends the user at the first colon, and hashes what has none", () => {
    expect(digestId("a:b:c")).toMatch(/^a:[A-Za-z0-9+/]{27}=$/);
    expect(digestId("nocolon")).toMatch(/^nocolon:[A-Za-z0-9+/]{27}=$/);
    expect(digestId("")).toMatch(/^:/);
  });

  it("hashes with another algorithm if told to", () => {
    expect(digestId("bob:pw", "sha256")).toHaveLength("bob:".length + 44);
  });

  it("reads only its part of a larger memory", () => {
    expect(digestId(Buffer.from("xxbob:pwxx").subarray(2, 8))).toBe(digestId("bob:pw"));
  });
});

describe("isDigestAclId", () => {
  it.each(["a:b", ":b", "a:b:", "a:b::"])("accepts %j", (id) => {
    expect(isDigestAclId(id)).toBe(true);
  });
  it.each(["", "a", "a:", ":", "::", "a:b:c", "a::b", "::b"])("refuses %j", (id) => {
    expect(isDigestAclId(id)).toBe(false);
  });
});

describe("isIpAclId", () => {
  it.each([
    "1.2.3.4",
    "1.2.3.4/0",
    "1.2.3.4/24",
    "1.2.3.4/32",
    "::",
    "::1",
    "fe80::",
    "2001:db8::1/128",
    "1:2:3:4:5:6:7:8",
    "::/0",
  ])("accepts %j", (id) => {
    expect(isIpAclId(id)).toBe(true);
  });
  it.each([
    ...[
      "",
      "1.2.3",
      "1.2.3.4.5",
      "1.2.3.256",
      "1.2.3.4/33",
      "1.2.3.4/",
      "1.2.3.4/-1",
      "1.2.3.4/8/8",
      "a.b.c.d",
      " 1.2.3.4",
    ],
    ...["1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", ":1", "1:", ":::", "12345::", "g::", "::1/129", "::1.2.3.4"],
    "1:2:3:4::5:6:7:8",
  ])("refuses %j", (id) => {
    expect(isIpAclId(id)).toBe(false);
  });
});

describe("ipMatches", () => {
  it.each([
    ["10.1.2.3", "10.1.2.3"],
    ["10.1.2.3", "10.1.9.9/16"],
    ["10.1.2.3", "10.1.2.0/30"],
    ["10.1.2.3", "0.0.0.0/0"],
    ["::1", "0:0:0:0:0:0:0:1"],
    ["2001:DB8::17", "2001:db8::/32"],
    ["2001:db8:8000::", "2001:db8:ffff::/33"],
    ["fe80::1%eth0", "fe80::/10"],
    ["::ffff:10.1.2.3", "10.1.0.0/16"],
    ["::ffff:a01:203", "10.1.2.3"],
    ["10.1.2.3", "::ffff:a01:0/112"],
  ])("%s is in %s", (address, range) => {
    expect(ipMatches(address, range)).toBe(true);
  });
  it.each([
    ["10.1.2.3", "10.1.2.4"],
    ["10.1.2.4", "10.1.2.0/30"],
    ["10.1.2.3", "::/0"],
    ["::1", "0.0.0.0/0"],
    ["2001:db9::", "2001:db8::/32"],
    ["2001:db8:7fff::", "2001:db8:8000::/33"],
    ["nonsense", "0.0.0.0/0"],
    ["10.1.2.3", "nonsense"],
  ])("%s is not in %s", (address, range) => {
    expect(ipMatches(address, range)).toBe(false);
  });
});

describe("redactDigests", () => {
  it("hides the hash of digest ids and nothing else", () => {
    expect(
      redactDigests([
        { perms: 1, scheme: "digest", id: "bob:hash" },
        { perms: 31, scheme: "world", id: "anyone" },
        { perms: 2, scheme: "sasl", id: "a:b" },
        { perms: 2, scheme: "digest", id: "odd" },
      ]),
    ).toEqual([
      { perms: 1, scheme: "digest", id: "bob:x" },
      { perms: 31, scheme: "world", id: "anyone" },
      { perms: 2, scheme: "sasl", id: "a:b" },
      { perms: 2, scheme: "digest", id: "odd:x" },
    ]);
  });
});
