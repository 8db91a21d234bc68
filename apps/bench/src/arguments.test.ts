import { describe, expect, it } from "vitest";
import {
  addresses,
  describeFlags,
  oneOf,
  readFlags,
  seconds,
  someOf,
  text,
  UsageError,
  whether,
  wholeNumber,
  znodePath,
} from "./arguments.ts";

const FLAGS = {
  hosts: addresses("where", "127.0.0.1:2181"),
  depth: wholeNumber("how deep", 16, 1, 1024),
  warm: seconds("how long", 2, 0),
  mode: oneOf("what", ["set", "ping"], "set"),
  cases: someOf("which", ["reads", "writes"]),
  generator: text("whose", "path"),
  prefix: znodePath("below", "/bench"),
  json: whether("as JSON"),
};

describe("flags", () => {
  it("fall back when nothing is said", () => {
    expect(readFlags([], FLAGS)).toEqual({
      hosts: [{ host: "127.0.0.1", port: 2181 }],
      depth: 16,
      warm: 2,
      mode: "set",
      cases: ["reads", "writes"],
      generator: undefined,
      prefix: "/bench",
      json: false,
    });
  });

  it("are read after the -- that pnpm hands on, with a space or =", () => {
    const words = [
      "--",
      "--hosts=a:1,[::1]:2",
      "--depth",
      "1",
      "--warm",
      "0.5",
      "--mode=ping",
      "--cases=writes",
      "--json",
    ];
    expect(readFlags(words, FLAGS)).toMatchObject({
      hosts: [
        { host: "a", port: 1 },
        { host: "::1", port: 2 },
      ],
      depth: 1,
      warm: 0.5,
      mode: "ping",
      cases: ["writes"],
      json: true,
    });
  });

  it.each([
    ["--depth=0", "--depth must be a whole number from 1 to 1024, not '0'"],
    ["--depth=1e2", "--depth must be a whole number from 1 to 1024, not '1e2'"],
    ["--depth=", "--depth must be a whole number from 1 to 1024, not ''"],
    ["--warm=soon", "--warm must be seconds from 0 to 86400, not 'soon'"],
    ["--mode=get", "--mode must be one of set, ping, not 'get'"],
    ["--cases=reads,none", "--cases must be a comma-separated list of reads, writes, not 'reads,none'"],
    ["--hosts=a:0", "--hosts must be host:port, or several with commas between them, not 'a:0'"],
    ["--hosts=::1:2", "--hosts must be host:port"],
    ["--prefix=bench", "--prefix must be a path of one name"],
    ["--prefix=/a/b", "--prefix must be a path of one name"],
    ["--dept=1", "--dept"],
    ["--depth", "--depth"],
    ["depth", "depth"],
  ])("refuse %s and say what is allowed", (word, message) => {
    expect(() => readFlags([word], FLAGS)).toThrow(UsageError);
    expect(() => readFlags([word], FLAGS)).toThrow(message);
  });

  it("are described a line each", () => {
    expect(describeFlags({ depth: FLAGS.depth, json: FLAGS.json })).toBe(
      "  --depth <n>  how deep (16)\n  --json       as JSON\n",
    );
  });
});
