import { digestId } from "@rookery/protocol/client";
import { describe, expect, it } from "vitest";
import { ALICE, BOB, bytes, CONFIG, Member, requester, SUPER } from "../test/member.ts";
import {
  ACL_BYTES_MAX,
  addIdentities,
  authenticate,
  encodeAcl,
  fixAcl,
  type Identity,
  makeAclList,
  permits,
  shownUser,
} from "./acl.ts";

const HOME: Identity = { scheme: "ip", id: "10.1.2.3" };
const list = (...entries: readonly { perms: number; scheme: string; id: string }[]) =>
  makeAclList(2, encodeAcl(entries));

describe("what a list permits", () => {
  it.each([
    ["world:anyone to all", { perms: 1, scheme: "world", id: "anyone" }, [], true],
    ["nothing beyond its permissions", { perms: 30, scheme: "world", id: "anyone" }, [SUPER].slice(1), false],
    ["a digest to who has it", { perms: 31, ...ALICE }, [HOME, ALICE], true],
    ["a digest to nobody else", { perms: 31, ...ALICE }, [HOME, BOB], false],
    ["an address to who has it", { perms: 31, scheme: "ip", id: "10.1.2.3" }, [HOME], true],
    ["a range to who is in it", { perms: 31, scheme: "ip", id: "10.1.0.0/16" }, [HOME], true],
    ["a range to nobody outside", { perms: 31, scheme: "ip", id: "10.2.0.0/16" }, [HOME], false],
    ["no id of one scheme to another's", { perms: 31, scheme: "ip", id: ALICE.id }, [ALICE], false],
    ["anything to super", { perms: 0, ...ALICE }, [SUPER], true],
  ] as const)("%s", (_, entry, identities, expected) => {
    expect(permits(list(entry), 1, identities, CONFIG)).toBe(expected);
  });

  it("is one of several permissions where several are asked for", () => {
    const acl = list({ perms: 16, scheme: "world", id: "anyone" });
    expect([permits(acl, 1 | 16, [], CONFIG), permits(acl, 1, [], CONFIG)]).toEqual([true, false]);
  });

  it("is everything when lists are skipped, and a digest is nothing when digests are off", () => {
    const acl = list({ perms: 31, ...ALICE });
    expect(permits(acl, 1, [], { ...CONFIG, skipAcl: true })).toBe(true);
    expect(permits(acl, 1, [ALICE], { ...CONFIG, digestEnabled: false })).toBe(false);
  });
});

describe("a list that is asked for", () => {
  const ask = (scheme: string, id: string | null, identities: readonly Identity[] = [HOME, ALICE]) =>
    fixAcl([{ perms: 31, scheme, id }], identities, CONFIG);

  it.each([
    ["world", "foo"],
    ["digest", "a"],
    ["digest", "a:"],
    ["digest", "a:b:c"],
    ["digest", ""],
    ["ip", "1.2.3"],
    ["ip", "1.2.3.4/33"],
    ["super", ""],
    ["sasl", "x"],
    ["x509", "CN=x"],
    ["", "anyone"],
  ])("A4: cannot hold %s:%s", (scheme, id) => {
    expect(ask(scheme, id)).toBeUndefined();
  });

  it.each([
    ["digest", "a:b"],
    ["digest", ":b"],
    ["ip", "1.2.3.4/24"],
    ["ip", "::1/128"],
    ["world", "anyone"],
  ])("A5: can hold %s:%s", (scheme, id) => {
    expect(ask(scheme, id)).toEqual([{ perms: 31, scheme, id }]);
  });

  it("A3, A5: has who asks in place of auth, whatever its id, and fails without anybody", () => {
    expect(ask("auth", "zzz", [HOME, ALICE, SUPER, BOB])).toEqual([
      { perms: 31, ...ALICE },
      { perms: 31, ...BOB },
    ]);
    expect(ask("auth", "", [HOME, SUPER])).toBeUndefined();
  });

  it("loses duplicates of what was asked, before auth is replaced", () => {
    const entry = { perms: 31, ...ALICE };
    const auth = { perms: 31, scheme: "auth", id: "" };
    expect(fixAcl([auth, entry, auth, entry], [ALICE], CONFIG)).toEqual([entry, entry]);
    expect(fixAcl([{ ...entry, perms: 1 }, entry], [ALICE], CONFIG)).toHaveLength(2);
  });

  it("keeps unknown permission bits", () => {
    expect(fixAcl([{ perms: 255, scheme: "world", id: "anyone" }], [], CONFIG)).toEqual([
      { perms: 255, scheme: "world", id: "anyone" },
    ]);
  });

  it("cannot be made larger than a frame by having many identities", () => {
    const identities = Array.from({ length: 1000 }, (_, n) => ({ scheme: "digest", id: digestId(`user${n}:pw`) }));
    const asked = Array.from({ length: 40_000 }, (_, perms) => ({ perms, scheme: "auth", id: "" }));
    expect(fixAcl(asked, identities, CONFIG)).toBeUndefined();
    const some = fixAcl(asked.slice(0, 15), identities, CONFIG);
    expect(some).toHaveLength(15_000);
    expect(encodeAcl(some ?? []).length).toBeLessThanOrEqual(ACL_BYTES_MAX);
  });
});

describe("authentication", () => {
  const auth = (scheme: string | null, text: string | null, config = CONFIG) =>
    authenticate(scheme, text === null ? null : bytes(text), "10.1.2.3", config);

  it("adds a digest whatever the password, without a colon too", () => {
    expect(auth("digest", "bob:pw")).toEqual([{ scheme: "digest", id: "bob:ikIaKsbtGweaHnb/jKn7OHqbunM=" }]);
    expect(auth("digest", "nocolon")?.[0]?.id).toMatch(/^nocolon:/);
  });

  it("makes super of whoever knows its password", () => {
    expect(auth("digest", "super:secret")?.map(({ scheme }) => scheme)).toEqual(["super", "digest"]);
    expect(auth("digest", "super:wrong")?.map(({ scheme }) => scheme)).toEqual(["digest"]);
    expect(auth("digest", "super:secret", { ...CONFIG, superDigest: undefined })?.map(({ scheme }) => scheme)).toEqual([
      "digest",
    ]);
  });

  it("by ip adds the address", () => {
    expect(auth("ip", "anything")).toEqual([HOME]);
  });

  it("A1: fails for every other scheme, and without data", () => {
    for (const scheme of ["world", "auth", "sasl", "super", "nope", null]) expect(auth(scheme, "a:b")).toBeUndefined();
    expect(auth("digest", null)).toBeUndefined();
    expect(auth("digest", "a:b", { ...CONFIG, digestEnabled: false })).toBeUndefined();
  });

  it("adds to what is known, each identity once, and leaves the old list alone", () => {
    const held = [HOME, ALICE];
    expect(addIdentities(held, [ALICE])).toBe(held);
    expect(addIdentities(held, [ALICE, BOB])).toEqual([HOME, ALICE, BOB]);
    expect(held).toEqual([HOME, ALICE]);
  });

  it("shows of a digest the user alone", () => {
    expect([ALICE, HOME, SUPER].map(shownUser)).toEqual(["alice", "10.1.2.3", ""]);
  });
});

describe("the register of lists", () => {
  const mine = [{ perms: 31, ...ALICE }];
  const idOf = (member: Member, path: string) => member.tree.find(path)?.acl.id;
  const inStore = (member: Member) => member.dump().filter((line) => line.startsWith("acl "));

  it("gives one id to one list, however many use it, and none to the open one", () => {
    const member = new Member();
    for (const path of ["/a", "/b"]) member.do({ op: "create", path, acl: mine });
    member.do({ op: "create", path: "/c" });
    expect([idOf(member, "/a"), idOf(member, "/b"), idOf(member, "/c")]).toEqual([3, 3, 1]);
  });

  it("forgets a list with its last user, here and in the store", async () => {
    const member = new Member();
    const before = [...(await committed(member))];
    member.do({ op: "create", path: "/a", acl: mine });
    member.do({ op: "create", path: "/b", acl: mine });
    expect(await committed(member)).toHaveLength(before.length + 2);
    member.do({ op: "setAcl", path: "/a", acl: [{ perms: 31, scheme: "world", id: "anyone" }] }, requester(1n, ALICE));
    member.do({ op: "delete", path: "/b" });
    expect(await committed(member)).toEqual(before);
    for (const name of ["aclById", "aclByBytes"])
      expect((Reflect.get(member.tree, name) as Map<unknown, unknown>).size).toBe(2);
  });

  it("gives a list that comes back another id, whether or not its old one is still in memory", async () => {
    const ids: (number | undefined)[] = [];
    const dumps: string[][] = [];
    for (const steps of ["", "commit", "restart", "take"]) {
      const member = new Member();
      member.do({ op: "create", path: "/a", acl: mine });
      await member.commit();
      member.do({ op: "delete", path: "/a" });
      if (steps === "commit") await member.commit();
      if (steps === "restart") await member.restart();
      if (steps === "take") await member.startCommit();
      member.do({ op: "create", path: "/a", acl: mine });
      member.do({ op: "setAcl", path: "/a", acl: mine }, requester(1n, ALICE));
      ids.push(idOf(member, "/a"));
      await member.commit();
      dumps.push(member.dump());
    }
    expect(ids).toEqual([4, 4, 4, 4]);
    for (const dump of dumps) expect(dump).toEqual(dumps[0]);
  });

  it("takes no id for a proposal that fails, nor for one that is not applied", () => {
    const member = new Member();
    member.do({
      op: "multi",
      asks: [
        { op: "create", path: "/a", acl: mine },
        { op: "check", path: "/no" },
      ],
    });
    member.propose({ op: "create", path: "/a", acl: mine }, requester(1n));
    expect(member.propose({ op: "create", path: "/a/b" }, requester(1n)).transaction.change).toEqual({
      type: "failure",
      code: -102,
    });
    expect(member.propose({ op: "create", path: "/a/b" }, requester(1n, ALICE)).transaction.change.type).toBe("create");
    member.inFlight = [];
    member.do({ op: "create", path: "/b", acl: [{ perms: 31, ...BOB }] });
    expect(idOf(member, "/b")).toBe(3);
  });

  it("has room for more ids than 32 bits count", async () => {
    const member = new Member();
    Reflect.set(member.tree, "nextAclId", 2 ** 33);
    member.do({ op: "create", path: "/a", acl: mine });
    await member.commit();
    await member.restart();
    expect(idOf(member, "/a")).toBe(2 ** 33);
    member.do({ op: "create", path: "/b", acl: mine });
    expect(idOf(member, "/b")).toBe(2 ** 33);
  });

  async function committed(member: Member): Promise<string[]> {
    member.createSession(BigInt(member.nextIndex));
    await member.commit();
    return inStore(member);
  }
});
