import { describe, expect, it } from "vitest";
import type { Given } from "./configuration.ts";
import { type Membership, membership } from "./members.ts";

const THREE = ["server.1=a:2888:3888", "server.2=b:2888:3888", "server.3=c:2888:3888"];

function judge(...lines: readonly string[]): Membership {
  const given = lines.map((line, at): Given => {
    const [key = "", value = ""] = line.split(/=(.*)/s);
    return { key, value, place: `zoo.cfg:${at + 1}`, source: "file" };
  });
  const of = (family: string) => given.filter(({ key }) => key.startsWith(`${family}.`));
  return membership({ server: of("server"), weight: of("weight"), group: of("group") });
}

/** Each as: place | key | message. */
function refused(...lines: readonly string[]): readonly string[] {
  return judge(...lines).problems.map(({ place, key, message }) => `${place} | ${key} | ${message}`);
}

function votes(...lines: readonly string[]): readonly string[] {
  const { members, problems } = judge(...lines);
  expect(problems).toEqual([]);
  return members.map(({ member: { sid, weight, group } }) => `${sid}: weight ${weight}, group ${group}`);
}

describe("who belongs to an ensemble", () => {
  it("is who has a line, by id", () => {
    const { members, problems, warnings } = judge("server.10=c:1:2:observer;5", ...THREE);
    expect(problems).toEqual([]);
    expect(warnings).toEqual([]);
    expect(members.map(({ member }) => member.sid)).toEqual([1, 2, 3, 10]);
    expect(members.at(-1)?.member).toEqual({
      ...{ sid: 10, role: "observer", host: "c", peerPort: 1, electionPort: 2 },
      ...{ clientHost: undefined, clientPort: 5, weight: 1, group: 0 },
    });
  });

  it("has ids from 1 to 255", () => {
    expect(refused("server.0=a:1:2", "server.256=b:1:2", "server.x=c:1:2", "server.255=d:1:2")).toEqual([
      "zoo.cfg:1 | server.0 | must be server.N, N a number from 1 to 255",
      "zoo.cfg:2 | server.256 | must be server.N, N a number from 1 to 255",
      "zoo.cfg:3 | server.x | must be server.N, N a number from 1 to 255",
    ]);
  });

  it("has each id once, though the same line may stand twice", () => {
    expect(refused(...THREE, "server.02=d:2888:3888")).toEqual([
      "zoo.cfg:4 | server.02 | contradicts server.2 = b:2888:3888 (zoo.cfg:2): leave one of them",
    ]);
    expect(judge(...THREE, "server.2=b:2888:3888").members).toHaveLength(3);
  });

  it("has no two servers at one place", () => {
    expect(refused("server.1=a:1:2;5", "server.2=A:1:3;6", "server.3=a:2:2;a:5", "server.4=b:1:2;5")).toEqual([
      "zoo.cfg:2 | server.2 | has the first port of server.1 (zoo.cfg:1), a:1: each server needs its own",
      "zoo.cfg:3 | server.3 | has the second port of server.1 (zoo.cfg:1), a:2: each server needs its own",
      "zoo.cfg:3 | server.3 | has the client port of server.1 (zoo.cfg:1), a:5: each server needs its own",
    ]);
  });

  it("has somebody who votes", () => {
    expect(refused("server.1=a:1:2:observer", "server.2=b:1:2:observer")).toEqual([
      "zoo.cfg:1 | server.1 | is an observer, as all the others: at least one must be a participant",
    ]);
  });

  it("is not blamed for lines that cannot be read", () => {
    expect(refused("server.1=a:1:2:observer", "server.2=b")).toHaveLength(1);
  });
});

describe("weights", () => {
  it("count votes, 1 each when nobody says otherwise", () => {
    expect(votes(...THREE, "weight.1=3", "weight.3=0")).toEqual([
      "1: weight 3, group 0",
      "2: weight 1, group 0",
      "3: weight 0, group 0",
    ]);
  });

  it("that give nobody a vote are refused", () => {
    expect(refused(...THREE, "weight.1=0", "weight.2=0", "weight.3=0")).toEqual([
      "zoo.cfg:4 | weight.1 | leaves no vote to anybody: at least one participant needs a weight above 0",
    ]);
  });

  it("are whole numbers, of servers there are", () => {
    expect(refused(...THREE, "weight.1=-1", "weight.2=1.5", "weight.4=1", "weight.=1")).toEqual([
      "zoo.cfg:7 | weight. | must be weight.N, N a number from 1 to 255",
      "zoo.cfg:4 | weight.1 | must be a whole number from 0 to 1000000",
      "zoo.cfg:5 | weight.2 | must be a whole number from 0 to 1000000",
      "zoo.cfg:6 | weight.4 | is the weight of no server: there is no server.4",
    ]);
  });

  it("of observers have no effect", () => {
    expect(judge(...THREE, "server.4=d:1:2:observer", "weight.4=0").withoutEffect.map(({ key }) => key)).toEqual([
      "weight.4",
    ]);
  });
});

describe("groups", () => {
  const SIX = ["a", "b", "c", "d", "e", "f"].map((host, at) => `server.${at + 1}=${host}:1:2`);

  it("hold every voter, and not the observers", () => {
    expect(votes(...SIX, "server.7=g:1:2:observer", "group.1=1:2:3", "group.9=4:5:6", "weight.6=2")).toEqual([
      ...[1, 2, 3].map((sid) => `${sid}: weight 1, group 1`),
      ...[4, 5].map((sid) => `${sid}: weight 1, group 9`),
      "6: weight 2, group 9",
      "7: weight 1, group 0",
    ]);
  });

  it("that leave a voter out, or name one twice, are refused", () => {
    expect(refused(...SIX, "group.1=1:2:3", "group.2=4:5")).toEqual([
      "zoo.cfg:6 | server.6 | is in no group: with group.N lines each server that votes is in one",
    ]);
    expect(refused(...SIX, "group.1=1:2:3", "group.2=3:4:5:6")).toEqual([
      "zoo.cfg:8 | group.2 | names server 3, which is in group.1 already: a server is in one group",
    ]);
  });

  it("that name observers, strangers or nonsense are refused", () => {
    expect(
      refused(...THREE, "server.4=d:1:2:observer", "group.1=1:2:3:4", "group.2=5", "group.3=1,2", "group.0=1"),
    ).toEqual([
      "zoo.cfg:8 | group.0 | must be group.N, N a number from 1 to 2147483647",
      "zoo.cfg:5 | group.1 | names server 4, which is an observer: groups are of those that vote",
      "zoo.cfg:6 | group.2 | names server 5, and there is no server.5",
      'zoo.cfg:7 | group.3 | must be ids of servers with colons between them, as 1:2:3, not "1,2"',
    ]);
  });
});

describe("a warning", () => {
  it("tells of ensembles that tolerate less than they could", () => {
    expect(judge(...THREE).warnings).toEqual([]);
    expect(judge(...THREE.slice(1)).warnings).toEqual([
      "two servers vote, so the ensemble stops when one is lost: three would go on",
    ]);
    expect(judge("server.1=a:1:2", "server.2=b:1:2:observer").warnings).toEqual([
      "one server votes, so the ensemble stops when one is lost: three would go on",
    ]);
    expect(judge(...THREE, "server.4=d:1:2").warnings).toEqual([
      "4 servers vote, which tolerate no more losses than 3: an odd number is better",
    ]);
  });

  it("is not given of a standalone server, nor where weights say what was meant", () => {
    expect(judge("server.1=a:1:2").warnings).toEqual([]);
    expect(judge(...THREE.slice(1), "weight.3=0").warnings).toEqual([]);
  });
});
