import { describe, expect, it } from "vitest";
import { formatHost, parseConnectString } from "./connect-string.ts";

describe("parseConnectString", () => {
  it.each([
    ["zk1", [["zk1", 2181]], ""],
    [
      "zk1:1234, zk2 ,10.0.0.1:1/app",
      [
        ["zk1", 1234],
        ["zk2", 2181],
        ["10.0.0.1", 1],
      ],
      "/app",
    ],
    [
      "[::1]:2182,[fe80::1%eth0]/a/b",
      [
        ["::1", 2182],
        ["fe80::1%eth0", 2181],
      ],
      "/a/b",
    ],
    ["zk1/", [["zk1", 2181]], ""],
  ])("reads %s", (text, hosts, chroot) => {
    const target = parseConnectString(text);
    expect(target.hosts.map(({ host, port }) => [host, port])).toEqual(hosts);
    expect(target.chroot).toBe(chroot);
  });

  it.each([
    ["", "is empty"],
    ["   ", "give servers"],
    ["/app", '"" in the connect string'],
    ["zk1,,zk2", '"" in the connect string'],
    ["::1:2181", "is not a server"],
    ["zk1:", "is not a server"],
    ["zk1:port", "is not a server"],
    ["zk 1", "is not a server"],
    ["zk1:0", "must be 1 to 65535"],
    ["zk1:65536", "must be 1 to 65535"],
    ["zk1/app/", 'ends with "/"'],
    ["zk1//app", "chroot"],
  ])("refuses %j and says what is allowed", (text, says) => {
    expect(() => parseConnectString(text)).toThrow(
      expect.objectContaining({ code: "BAD_ARGUMENTS", message: expect.stringContaining(says) }),
    );
  });

  it.each([undefined, null, 5, 5n, {}])("refuses %s, which is no text", (value) => {
    expect(() => parseConnectString(value as string)).toThrow(expect.objectContaining({ code: "BAD_ARGUMENTS" }));
  });

  it("writes a host as it is read", () => {
    for (const text of ["zk1:1234", "[::1]:2182"])
      expect(parseConnectString(text).hosts.map(formatHost)).toEqual([text]);
  });
});
