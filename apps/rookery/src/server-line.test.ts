import { describe, expect, it } from "vitest";
import { parseServerLine } from "./server-line.ts";

const NOWHERE = { clientHost: undefined, clientPort: undefined };

describe("a server line", () => {
  it("is read as ZooKeeper writes it", () => {
    const line = { role: "participant", host: "zk1.example.org", peerPort: 2888, electionPort: 3888 };
    expect(parseServerLine("zk1.example.org:2888:3888")).toEqual({ ...line, ...NOWHERE });
    expect(parseServerLine("zk1.example.org:2888:3888:participant")).toEqual({ ...line, ...NOWHERE });
    expect(parseServerLine("zk1.example.org:2888:3888:Observer")).toEqual({ ...line, ...NOWHERE, role: "observer" });
    expect(parseServerLine("zk1.example.org:2888:3888;2181")).toEqual({
      ...line,
      clientHost: undefined,
      clientPort: 2181,
    });
    expect(parseServerLine("zk1.example.org:2888:3888:observer;10.0.0.1:2181")).toEqual({
      ...line,
      role: "observer",
      clientHost: "10.0.0.1",
      clientPort: 2181,
    });
    expect(parseServerLine("zk1.example.org:2888:3888;*:2181")).toMatchObject({ clientHost: undefined });
  });

  it("has IPv6 addresses in brackets", () => {
    expect(parseServerLine("[fd00::1]:2888:3888;[::]:2181")).toMatchObject({ host: "fd00::1", clientHost: "::" });
    expect(parseServerLine("fd00::1:2888:3888")).toContain("an IPv6 address stands in brackets");
    expect(parseServerLine("[zk1]:2888:3888")).toBe("[zk1] is no IPv6 address");
    expect(parseServerLine("zk1:2888:3888;[zk1]:2181")).toBe("[zk1] is no IPv6 address");
  });

  it("needs both ports, and says what the second is for", () => {
    expect(parseServerLine("zk1:2888")).toMatch(/^needs two ports, HOST:PORT:PORT, as ZooKeeper does; .* the first/);
    expect(parseServerLine("zk1")).toMatch(/^must be HOST:PORT:PORT/);
  });

  it("has ports from 1 to 65535", () => {
    for (const line of ["zk1:0:3888", "zk1:2888:65536", "zk1:2888:99999999999"]) {
      expect(parseServerLine(line)).toBe("needs ports from 1 to 65535");
    }
    expect(parseServerLine("zk1:2888:3888;0")).toBe("needs a client port from 1 to 65535");
    expect(parseServerLine("zk1:1:65535;65535")).toMatchObject({
      peerPort: 1,
      electionPort: 65_535,
      clientPort: 65_535,
    });
  });

  it("is refused with its reason when it asks for what is not there", () => {
    expect(parseServerLine("zk1:2888:3888|zk1b:2889:3889;2181")).toMatch(/^several addresses of one server/);
    expect(parseServerLine("zk1:2888:3888;2181;2281")).toBe(
      "TLS is not supported yet: leave out the secure client port",
    );
    expect(parseServerLine("zk1:2888:3888:leader")).toBe("the role must be participant or observer, not leader");
  });

  it("is refused when it is something else", () => {
    for (const line of ["", ":2888:3888", "zk1:a:b", "zk 1:2888:3888", "zk1:2888:3888:observer:2181"]) {
      expect(parseServerLine(line)).toMatch(/^must be HOST:PORT:PORT/);
    }
    for (const client of ["", "a", "a:b", "2181:zk1"]) {
      expect(parseServerLine(`zk1:2888:3888;${client}`)).toMatch(/^must have \[CLIENTHOST:\]CLIENTPORT/);
    }
  });
});
