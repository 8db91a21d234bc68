import { describe, expect, it } from "vitest";
import { configure, type Said } from "./configuration.ts";
import { flagsOf } from "./dev.ts";
import { describeEnd, parseCommand, type Row, readable, table } from "./dev-words.ts";
import { parseSrvr } from "./local-server.ts";

describe("the flags of a server on this machine", () => {
  const request = { servers: 3, clientPort: 2181, dataDir: "/dev-data", fresh: false, settings: ["--tick-time=500"] };

  /** As the command line reads them. */
  function configured(flags: readonly string[]) {
    const of = (name: string) =>
      flags.filter((flag) => flag.startsWith(`--${name}=`)).map((flag) => flag.slice(name.length + 3));
    const read: Said["read"] = () => ({ text: undefined, missing: true, reason: "it does not exist" });
    return configure({
      flags: {
        clientPort: of("client-port").join(),
        clientPortAddress: of("client-port-address").join(),
        myid: of("myid").join(),
      },
      numberedFlags: { server: of("server") },
      variables: {},
      file: undefined,
      read,
    });
  }

  it("say who all are and which it is, on the ports that people know", () => {
    const outcome = configured(flagsOf(request, 2));
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
    const { ensemble, values } = outcome.configuration;
    expect(values).toMatchObject({ clientPort: 2182, clientPortAddress: "127.0.0.1" });
    expect(ensemble).toMatchObject({
      sid: 2,
      members: [{ sid: 1, peerPort: 2888, electionPort: 3888 }, { sid: 2 }, { sid: 3 }],
    });
    expect(outcome.configuration.warnings).toEqual([]);
  });

  it("keep its data apart, and come after what is said to all", () => {
    expect(flagsOf(request, 2).slice(0, 2)).toEqual(["--tick-time=500", "--data-dir=/dev-data/server-2"]);
  });

  it("of a single server are a standalone server's", () => {
    expect(flagsOf({ ...request, servers: 1, settings: [] }, 1)).toEqual([
      "--data-dir=/dev-data/server-1",
      "--client-port=2181",
      "--client-port-address=127.0.0.1",
    ]);
  });
});

describe("what is typed", () => {
  it("is a command with the number of a server", () => {
    expect(parseCommand("k 2", 3)).toEqual({ type: "kill", sid: 2 });
    expect(parseCommand(" S3 ", 3)).toEqual({ type: "start", sid: 3 });
    expect(parseCommand("p  1", 3)).toEqual({ type: "pause", sid: 1 });
    expect(parseCommand("?", 3)).toEqual({ type: "table" });
    expect(parseCommand("q", 3)).toEqual({ type: "quit" });
    expect(parseCommand("", 3)).toBeUndefined();
  });

  it("or is answered with what would be one", () => {
    for (const line of ["k", "k 0", "k 4"])
      expect(parseCommand(line, 3)).toBe("k needs the number of a server, from 1 to 3");
    for (const line of ["x 1", "kill 1", "k 1 2"]) expect(parseCommand(line, 3)).toContain("s N starts it again");
  });
});

describe("what a server says", () => {
  it("of itself is its mode, or that it looks for a leader", () => {
    const answer =
      "Zookeeper version: 3.9\nReceived: 1\nConnections: 3\nZxid: 0x100000002\nMode: follower\nNode count: 5\n";
    expect(parseSrvr(answer)).toEqual({ role: "follower", zxid: "0x100000002", connections: 2 });
    expect(parseSrvr("This ZooKeeper instance is not currently serving requests\n")).toMatchObject({ role: "looking" });
    expect(parseSrvr("Mode: read-only\n")).toMatchObject({ role: "read-only" });
  });

  it("in its log is shown without what only programs need", () => {
    const line = '{"level":"warn","time":"2026-01-02T03:04:05.678Z","pid":7,"peer":2,"msg":"a peer is gone"}';
    expect(readable(line)).toBe("03:04:05.678 warn a peer is gone  peer=2");
    expect(readable('{"level":"error","err":{"message":"no room"},"msg":"stopped"}')).toBe("error stopped: no room");
  });

  it("otherwise is shown as it is", () => {
    for (const line of ["rookery: Port 1 is taken.", '{"a":1}', "{broken"]) expect(readable(line)).toBe(line);
  });

  it("at its end is told with the reason", () => {
    expect(describeEnd(2, { code: null, signal: "SIGKILL", asked: true })).toBe("server 2 was killed");
    expect(describeEnd(2, { code: 0, signal: null, asked: true })).toBe("server 2 has stopped");
    expect(describeEnd(2, { code: 3, signal: null, asked: false })).toBe(
      "server 2 has ended by itself with exit code 3",
    );
    expect(describeEnd(2, { code: null, signal: "SIGKILL", asked: false })).toBe("server 2 was ended by SIGKILL");
  });
});

it("the table shows roles of those that run, and the state of the others", () => {
  const status = { role: "leader", zxid: "0x1", connections: 2 } as const;
  const row: Row = { sid: 1, clientPort: 2181, peerPort: 2888, pid: 77, state: "running", status };
  expect(table([row, { ...row, sid: 2, clientPort: 2182, peerPort: 2889, state: "paused" }])).toBe(
    `server  is      for clients     for servers     pid  zxid  clients
1       leader  127.0.0.1:2181  127.0.0.1:2888  77   0x1   2
2       paused  127.0.0.1:2182  127.0.0.1:2889  77   0x1   2`,
  );
});
