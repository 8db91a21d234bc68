import { ErrorCode, JuteWriter, OpCode } from "@rookery/protocol/client";
import { describe, expect, it } from "vitest";
import {
  ALICE,
  type Ask,
  BOB,
  bytes,
  encodeAsk,
  Member,
  type Outcome,
  opcodeOf,
  requester,
  SUPER,
} from "../test/member.ts";

const READ_ONLY = [{ perms: 1, scheme: "world", id: "anyone" }];
const ALICE_ONLY = [{ perms: 31, ...ALICE }];
const MARKS = "\ud7ff \uf900 \uffef \u00a0".split(" ");

/** A member with /t, and /t/n that has had three children and has one. */
function member(): Member {
  const made = new Member();
  made.createSession(1n);
  for (const path of ["/t", "/t/n", "/t/n/a", "/t/n/b", "/t/n/c"]) made.do({ op: "create", path });
  for (const path of ["/t/n/a", "/t/n/b"]) made.do({ op: "delete", path });
  return made;
}

function codeOf(ask: Ask, made = member(), ...identities: Parameters<typeof requester>[1][]): number {
  return made.do(ask, requester(1n, ...identities)).code;
}

describe("create", () => {
  it("C1, C2: makes a znode whose zxids are its own, and moves the parent's cversion and pzxid", () => {
    const made = member();
    const before = made.stat("/t/n");
    const { zxid, path } = made.do({ op: "create", opcode: OpCode.create2, path: "/t/n/new", data: bytes("x") });
    expect(path).toBe("/t/n/new");
    expect(made.stat("/t/n/new")).toMatchObject({
      czxid: zxid,
      mzxid: zxid,
      pzxid: zxid,
      version: 0,
      cversion: 0,
      aversion: 0,
    });
    expect(made.stat("/t/n")).toEqual({ ...before, cversion: before.cversion + 1, numChildren: 2, pzxid: zxid });
  });

  const good: readonly [string, Ask, string][] = [
    ["C3: numbers by creates, not by children", { op: "create", path: "/t/n/s-", flags: 2 }, "/t/n/s-0000000003"],
    ["C4: numbers an empty name", { op: "create", path: "/t/n/", flags: 2 }, "/t/n/0000000003"],
    ["C6: checks the name with its number", { op: "create", path: "/t/n/.", flags: 3 }, "/t/n/.0000000003"],
    ["C9: numbers below the root", { op: "create", path: "/", flags: 2 }, "/0000000001"],
    ["C13: numbers containers", { op: "create", opcode: 19, path: "/t/n/c", flags: 2 }, "/t/n/c0000000003"],
    ["C17: numbers TTL nodes", { op: "create", opcode: 21, path: "/t/n/c", flags: 6, ttl: 1n }, "/t/n/c0000000003"],
    ["C25: makes znodes below /zookeeper", { op: "create", path: "/zookeeper/foo" }, "/zookeeper/foo"],
    ...MARKS.map((mark): [string, Ask, string] => [
      `C28: takes a name with U+${mark.charCodeAt(0).toString(16)}`,
      { op: "create", path: `/t/${mark}` },
      `/t/${mark}`,
    ]),
  ];
  it.each(good)("%s", (_, ask, path) => {
    expect(member().do(ask)).toMatchObject({ code: 0, path });
  });

  const bad: readonly [string, Ask, number][] = [
    ["C5: a slash at the end", { op: "create", path: "/t/" }, -8],
    ["C5: no slash", { op: "create", path: "t" }, -8],
    ["C5: the name .", { op: "create", path: "/t/." }, -8],
    ["C5: NUL", { op: "create", path: "/t/\0" }, -8],
    ["a null path", { op: "create", path: null }, -5],
    ["C7: .. in the middle", { op: "create", path: "/t/../q" }, -101],
    ["C7: an empty component whose parent is absent", { op: "create", path: "/t//x" }, -101],
    ["an empty component below the root", { op: "create", path: "//t" }, -8],
    ["C7: a path that does not start with a slash", { op: "create", path: "t/x" }, -101],
    ["C8: an absent parent's odd text", { op: "create", path: "/t/a//b" }, -101],
    ["C9: the root", { op: "create", path: "/" }, -110],
    ["C10: flags 7", { op: "create", path: "/t/a", flags: 7 }, -8],
    ["C10: flags -1", { op: "create", path: "/t/a", flags: -1 }, -8],
    ["C11: a TTL flag without a TTL", { op: "create", path: "/t/a", flags: 5 }, -8],
    ["C11: a sequential TTL flag without a TTL", { op: "create", path: "/t/a", flags: 6 }, -8],
    ["C15: a TTL of 0", { op: "create", opcode: 21, path: "/t/a", flags: 5, ttl: 0n }, -8],
    ["C15: a TTL of -1", { op: "create", opcode: 21, path: "/t/a", flags: 5, ttl: -1n }, -8],
    ["C15: a TTL of 2^40", { op: "create", opcode: 21, path: "/t/a", flags: 5, ttl: 1n << 40n }, -8],
    ["C16: a TTL create without a TTL flag", { op: "create", opcode: 21, path: "/t/a", flags: 0, ttl: 0n }, -8],
    ["C16: a TTL create of an ephemeral", { op: "create", opcode: 21, path: "/t/a", flags: 1, ttl: 5n }, -8],
    ["C16: what kills ZooKeeper", { op: "create", opcode: 21, path: "/t/a", flags: 0, ttl: -1n }, -8],
    ["C20: a null list", { op: "create", path: "/t/a", acl: null }, -114],
    ["C20: an empty list", { op: "create", path: "/t/a", acl: [] }, -114],
    ["C20: an unknown scheme", { op: "create", path: "/t/a", acl: [{ perms: 1, scheme: "nope", id: "x" }] }, -114],
    ["C21: what exists", { op: "create", path: "/t/n" }, -110],
    ["C22: a bad list before an absent parent", { op: "create", path: "/no/x", acl: [] }, -114],
    ["C23: no slash before a bad list", { op: "create", path: "x", acl: [] }, -8],
    ["C29: an emoji", { op: "create", path: "/t/\u{1f426}" }, -8],
    ["C29: U+E000", { op: "create", path: "/t/\ue000" }, -8],
    ["C29: U+FFFF", { op: "create", path: "/t/\uffff" }, -8],
    ["C29: invalid UTF-8, which decodes to U+FFFD", { op: "create", path: "/t/\ufffd" }, -8],
    ["the limits of the root, which end ZooKeeper", { op: "create", path: "/zookeeper/quota/zookeeper_limits" }, -8],
  ];
  it.each(bad)("refuses %s", (_, ask, code) => {
    expect(codeOf(ask)).toBe(code);
  });

  it("C12: takes the container flag of a plain create for nothing", () => {
    const made = member();
    made.do({ op: "create", path: "/t/a", flags: 4 });
    expect(made.tree.find("/t/a")?.kind).toBe(0);
  });

  it.each([0, 1, 4])("C13: makes a container whatever the flags (%i)", (flags) => {
    const made = member();
    made.do({ op: "create", opcode: 19, path: "/t/a", flags });
    expect(made.tree.find("/t/a")?.kind).toBe(2);
    expect(made.stat("/t/a").ephemeralOwner).toBe(0n);
  });

  it.each([5000n, 1n, 0xff_ffff_ffffn])("C14: makes a TTL node of %i ms, without an owner", (ttl) => {
    const made = member();
    expect(made.do({ op: "create", opcode: 21, path: "/t/a", flags: 5, ttl }).code).toBe(0);
    expect(made.stat("/t/a").ephemeralOwner).toBe(0n);
    expect(made.tree.find("/t/a")?.ttlMs).toBe(Number(ttl));
  });

  it("answers UNIMPLEMENTED to TTL flags when extended types are off", () => {
    const made = new Member({ config: { extendedTypes: false } });
    expect(codeOf({ op: "create", opcode: 21, path: "/a", flags: 5, ttl: 0n }, made)).toBe(-6);
    expect(codeOf({ op: "create", path: "x", flags: 6 }, made)).toBe(-6);
  });

  it("C18, C19: puts nothing below an ephemeral, and looks at the list first", () => {
    const made = member();
    made.do({ op: "create", path: "/t/e", flags: 1 });
    expect(codeOf({ op: "create", path: "/t/e/x" }, made)).toBe(-108);
    expect(codeOf({ op: "create", path: "/t/e/x", acl: [] }, made)).toBe(-114);
  });

  it("C20: drops exact duplicates and keeps the order", () => {
    const made = member();
    const acl = [...ALICE_ONLY, ...READ_ONLY, ...ALICE_ONLY];
    made.do({ op: "create", path: "/t/a", acl });
    expect(made.tree.find("/t/a")?.acl.entries).toEqual([...ALICE_ONLY, ...READ_ONLY]);
  });

  it("C24: keeps null data apart from empty data", () => {
    const made = member();
    made.do({ op: "create", path: "/t/null", data: null });
    made.do({ op: "create", path: "/t/empty", data: bytes("") });
    expect([made.data("/t/null"), made.data("/t/empty")]).toEqual([null, ""]);
    expect([made.stat("/t/null").dataLength, made.stat("/t/empty").dataLength]).toEqual([0, 0]);
  });

  it("C26: puts ephemerals below containers and TTL nodes", () => {
    const made = member();
    made.do({ op: "create", opcode: 19, path: "/t/c", flags: 4 });
    made.do({ op: "create", opcode: 21, path: "/t/d", flags: 5, ttl: 9n });
    expect(codeOf({ op: "create", path: "/t/c/e", flags: 1 }, made)).toBe(0);
    expect(codeOf({ op: "create", path: "/t/d/e", flags: 1 }, made)).toBe(0);
  });

  it("C27: looks at the parent's list before the child", () => {
    const made = member();
    made.do({ op: "setAcl", path: "/t/n", acl: READ_ONLY });
    expect(codeOf({ op: "create", path: "/t/n/c" }, made)).toBe(-102);
    expect(codeOf({ op: "create", path: "/t/n/c" }, made, SUPER)).toBe(-110);
  });

  it("goes on from 2147483647 with -2147483648, as the name says", () => {
    const made = member();
    const parent = made.tree.find("/t/n");
    if (parent === undefined) throw new Error("no parent");
    parent.storedCversion = 2_147_483_646;
    const names = [0, 1, 2, 3].map(() => made.propose({ op: "create", path: "/t/n/s", flags: 2 }, requester(1n)));
    while (made.inFlight.length > 0) made.applyNext();
    expect(names.map(({ transaction: { change } }) => change.type === "create" && change.path)).toEqual([
      "/t/n/s2147483646",
      "/t/n/s2147483647",
      "/t/n/s-2147483648",
      "/t/n/s-2147483647",
    ]);
    expect(made.stat("/t/n").cversion).toBe((2 * -2_147_483_646 - 5) | 0);
  });
});

describe("delete", () => {
  const cases: readonly [string, Ask, number][] = [
    ["D1: a missing znode", { op: "delete", path: "/t/x" }, -101],
    ["D1: a missing parent", { op: "delete", path: "/x/x" }, -101],
    ["D1: no slash", { op: "delete", path: "x" }, -8],
    ["D1: a slash at the end", { op: "delete", path: "/t/" }, -101],
    ["another way to write a path", { op: "delete", path: "//t" }, -101],
    ["two slashes", { op: "delete", path: "//" }, -101],
    ["the empty path", { op: "delete", path: "" }, -8],
    ["D2: a wrong version before children", { op: "delete", path: "/t/n", version: 7 }, -103],
    ["D3: children", { op: "delete", path: "/t/n" }, -111],
    ...["/", "/zookeeper", "/zookeeper/config", "/zookeeper/quota"].map((path): [string, Ask, number] => [
      `D4: ${path}`,
      { op: "delete", path },
      -8,
    ]),
  ];
  it.each(cases)("refuses %s", (_, ask, code) => {
    expect(codeOf(ask)).toBe(code);
    expect(codeOf(ask, member(), SUPER)).toBe(code);
  });

  it("D5: asks the parent's list first, whether the child exists or not", () => {
    const made = member();
    made.do({ op: "setAcl", path: "/t/n", acl: READ_ONLY });
    expect(codeOf({ op: "delete", path: "/t/n/c" }, made)).toBe(-102);
    expect(codeOf({ op: "delete", path: "/t/n/x" }, made)).toBe(-102);
  });

  it("D6: does not ask the znode's own list", () => {
    const made = member();
    made.do({ op: "create", path: "/t/a", acl: ALICE_ONLY });
    expect(codeOf({ op: "delete", path: "/t/a" }, made)).toBe(0);
  });
});

describe("setData", () => {
  it("S1: checks the version and moves it", () => {
    const made = member();
    const ask: Ask = { op: "setData", path: "/t", data: bytes("1"), version: 0 };
    expect([codeOf(ask, made), codeOf(ask, made)]).toEqual([0, -103]);
    expect(made.stat("/t").version).toBe(1);
  });

  it("S2: sets null", () => {
    const made = member();
    made.do({ op: "setData", path: "/t", data: bytes("1") });
    made.do({ op: "setData", path: "/t", data: null });
    expect([made.data("/t"), made.stat("/t").dataLength]).toEqual([null, 0]);
  });

  it.each([
    ["/t/x", -101],
    ["x", -8],
    ["/t/", -8],
    ["//t", -8],
    ["", -8],
    [null, -8],
  ])("S3: refuses the path %s", (path, code) => {
    const made = member();
    expect(codeOf({ op: "setData", path }, made)).toBe(code);
    expect(made.data("/t")).toBe(null);
  });

  it("S4: asks the list before the version", () => {
    const made = member();
    made.do({ op: "setAcl", path: "/t", acl: READ_ONLY });
    expect(codeOf({ op: "setData", path: "/t", version: 9 }, made)).toBe(-102);
  });

  it("S5: changes the root", () => {
    const made = member();
    const { zxid } = made.do({ op: "setData", path: "/", data: bytes("r") });
    expect(made.stat("/")).toMatchObject({ mzxid: zxid, version: 1, dataLength: 1 });
  });

  it("S6: leaves the configuration alone, whoever asks", () => {
    expect(codeOf({ op: "setData", path: "/zookeeper/config" })).toBe(-102);
    expect(codeOf({ op: "setData", path: "/zookeeper/config" }, member(), SUPER)).toBe(-102);
  });

  it.each([
    ["S10: goes from 2147483647 to -2147483648", 2_147_483_647, [-2_147_483_648, -2_147_483_647]],
    ["S11: skips -1, which means any version", -2, [0, 1]],
  ])("%s", (_, version, expected) => {
    const made = member();
    made.tree.find("/t")?.writeInt(32, version as number);
    const seen = [0, 1].map(() => {
      made.do({ op: "setData", path: "/t", version: made.stat("/t").version });
      return made.stat("/t").version;
    });
    expect(seen).toEqual(expected);
  });
});

describe("setACL", () => {
  it("S7: moves aversion alone, and checks it", () => {
    const made = member();
    const before = made.stat("/t");
    const ask: Ask = { op: "setAcl", path: "/t", acl: [{ perms: 31, scheme: "world", id: "anyone" }], version: 0 };
    expect([codeOf(ask, made), codeOf(ask, made)]).toEqual([0, -103]);
    expect(made.stat("/t")).toEqual({ ...before, aversion: 1 });
  });

  it("S8, S9: looks at the path, then the list, then the znode, then the permission, then the version", () => {
    const made = member();
    made.do({ op: "setAcl", path: "/t", acl: READ_ONLY });
    expect(codeOf({ op: "setAcl", path: "x", acl: [] }, made)).toBe(-8);
    expect(codeOf({ op: "setAcl", path: "/x", acl: [] }, made)).toBe(-114);
    expect(codeOf({ op: "setAcl", path: "/x", acl: READ_ONLY }, made)).toBe(-101);
    expect(codeOf({ op: "setAcl", path: "/t", acl: READ_ONLY, version: 9 }, made)).toBe(-102);
    expect(codeOf({ op: "setAcl", path: "/t", acl: READ_ONLY, version: 9 }, made, SUPER)).toBe(-103);
  });

  it("takes kazoo's null for an empty id of auth, and for no other", () => {
    const made = member();
    expect(codeOf({ op: "setAcl", path: "/t", acl: [{ perms: 31, scheme: "auth", id: null }] }, made, ALICE)).toBe(0);
    expect(made.tree.find("/t")?.acl.entries).toEqual(ALICE_ONLY);
    for (const [scheme, code] of [
      ["world", -5],
      ["digest", -5],
      ["ip", -5],
      ["nope", -114],
      [null, -114],
    ] as const) {
      expect(codeOf({ op: "setAcl", path: "/t", acl: [{ perms: 31, scheme, id: null }] }, made, ALICE)).toBe(code);
    }
  });
});

describe("a multi", () => {
  const slots = ({ results }: Outcome) => results.map(({ type, code }) => (type < 0 ? code : type));
  const multi = (made: Member, asks: readonly Ask[], ...who: Parameters<typeof requester>[1][]) =>
    slots(made.do({ op: "multi", asks }, requester(1n, ...who)));

  const cases: readonly [string, readonly Ask[], readonly number[]][] = [
    ["M1: may be empty", [], []],
    [
      "M2: sees what it did before",
      [
        { op: "create", path: "/t/a" },
        { op: "check", path: "/t/a", version: 0 },
        { op: "setData", path: "/t/a", version: 0 },
        { op: "check", path: "/t/a", version: 1 },
        { op: "delete", path: "/t/a", version: 1 },
      ],
      [1, 13, 5, 13, 2],
    ],
    [
      "M4: fails as a whole",
      [
        { op: "create", path: "/t/s", flags: 2 },
        { op: "setData", path: "/t", version: 9 },
        { op: "create", path: "/t/b" },
      ],
      [0, -103, -2],
    ],
    [
      "M5: fails at the first",
      [
        { op: "delete", path: "/t/n", version: 9 },
        { op: "check", path: "/t" },
      ],
      [-103, -2],
    ],
    [
      "M6: fails at the last",
      [
        { op: "check", path: "/t" },
        { op: "delete", path: "/t/x" },
      ],
      [0, -101],
    ],
    ["M8: tells create2 from create", [{ op: "create", opcode: 15, path: "/t/a" }], [15]],
    [
      "M9: answers for containers and TTL nodes with a Stat",
      [
        { op: "create", opcode: 19, path: "/t/a", flags: 4 },
        { op: "create", opcode: 21, path: "/t/b", flags: 5, ttl: 1n },
        { op: "create", path: "/t/c", flags: 4 },
        { op: "create", opcode: 15, path: "/t/d", flags: 4 },
      ],
      [15, 15, 15, 15],
    ],
    [
      "makes a plain create of a TTL create without a TTL flag",
      [{ op: "create", opcode: 21, path: "/t/a", flags: 1, ttl: -1n }],
      [1],
    ],
    [
      "M10: puts nothing below its own ephemeral",
      [
        { op: "create", path: "/t/a", flags: 1 },
        { op: "create", path: "/t/a/b" },
      ],
      [0, -108],
    ],
    [
      "M11: creates once",
      [
        { op: "create", path: "/t/a" },
        { op: "create", path: "/t/a" },
      ],
      [0, -110],
    ],
    [
      "M11: deletes once",
      [
        { op: "create", path: "/t/a" },
        { op: "delete", path: "/t/a" },
        { op: "delete", path: "/t/a" },
      ],
      [0, 0, -101],
    ],
    [
      "M12: keeps a parent of its own child",
      [
        { op: "create", path: "/t/a" },
        { op: "create", path: "/t/a/b" },
        { op: "delete", path: "/t/a" },
      ],
      [0, 0, -111],
    ],
    [
      "M13: fails by a list",
      [
        { op: "create", path: "/t/a", acl: [] },
        { op: "create", path: "/t/b" },
      ],
      [-114, -2],
    ],
  ];
  it.each(cases)("%s", (_, asks, expected) => {
    const made = member();
    const before = made.tree.nodeCount;
    expect(multi(made, asks)).toEqual(expected);
    if (expected.some((code) => code < 0)) expect(made.tree.nodeCount).toBe(before);
  });

  it("M3, M7: numbers one after another, and a failed one uses no number", () => {
    const made = member();
    const create: Ask = { op: "create", path: "/t/n/s", flags: 2 };
    multi(made, [create, create, { op: "check", path: "/nope" }]);
    const { results } = made.do({ op: "multi", asks: [create, create, create] });
    expect(results.map(({ path }) => path)).toEqual(["/t/n/s0000000003", "/t/n/s0000000004", "/t/n/s0000000005"]);
  });

  it("M7: a failed one leaves nothing of itself to what stands in line behind it", () => {
    const made = member();
    const line: Ask[] = [
      {
        op: "multi",
        asks: [
          { op: "delete", path: "/t/n/c" },
          { op: "delete", path: "/t/n" },
          { op: "check", path: "/no" },
        ],
      },
      { op: "create", path: "/t/n/c" },
      {
        op: "multi",
        asks: [
          { op: "create", path: "/t/new" },
          { op: "setData", path: "/t", version: 0 },
          { op: "check", path: "/no" },
        ],
      },
      { op: "create", path: "/t/new/x" },
      { op: "setData", path: "/t", version: 0 },
    ];
    const codes = line
      .map((ask) => made.propose(ask, requester(1n)).transaction.change)
      .map((change) => (change.type === "failure" ? change.code : 0));
    expect(codes).toEqual([0, -110, 0, -101, 0]);
    made.applyAll();
  });

  it.each([
    ["M14: a read", OpCode.exists],
    ["M14: getData", OpCode.getData],
    ["a setACL", OpCode.setACL],
    ["a multi", OpCode.multi],
    ["an unknown opcode", 999],
  ])("M14: cannot hold %s", (_, opcode) => {
    const made = member();
    const out = new JuteWriter();
    out.raw(encodeAsk({ op: "multi", asks: [{ op: "create", path: "/t/a" }] }).subarray(0, -9));
    out.int(opcode);
    out.bool(false);
    out.int(-1);
    out.string("/t");
    out.bool(false);
    out.raw(encodeAsk({ op: "multi", asks: [] }));
    made.proposeBytes(OpCode.multi, out.take(), requester(1n));
    expect(made.applyAll().code).toBe(ErrorCode.MARSHALLINGERROR);
    expect(made.tree.find("/t/a")).toBeUndefined();
  });

  it("M15: must be whole: cut anywhere it fails and leaves nothing", () => {
    const made = member();
    const asks: Ask[] = [
      { op: "create", path: "/t/a", data: bytes("x") },
      { op: "setData", path: "/t/a", data: bytes("y") },
    ];
    const whole = encodeAsk({ op: "multi", asks });
    for (let length = 0; length < whole.length; length++) {
      made.proposeBytes(OpCode.multi, whole.subarray(0, length), requester(1n));
      expect(made.applyAll().code).toBe(-5);
    }
    expect(made.propose({ op: "create", path: "/t/a" }, requester(1n)).transaction.change.type).toBe("create");
  });

  it("M19: checks need READ", () => {
    const made = member();
    made.do({ op: "create", path: "/t/a", acl: ALICE_ONLY });
    expect(multi(made, [{ op: "check", path: "/t/a" }], BOB)).toEqual([-102]);
    expect(multi(made, [{ op: "check", path: "/t/a" }], ALICE)).toEqual([13]);
  });

  it("M20: cannot hold flags that do not exist", () => {
    expect(codeOf({ op: "multi", asks: [{ op: "create", path: "/t/a", flags: 9 }] })).toBe(-5);
  });

  it("gives each Stat as it is right after its operation, with one zxid for all", () => {
    const made = member();
    const set: Ask = { op: "setData", path: "/t", data: bytes("abc") };
    const { results, zxid } = made.do({
      op: "multi",
      asks: [set, { op: "create", opcode: 15, path: "/t/a" }, { ...set, data: bytes("") }],
    });
    expect(results.map(({ stat }) => stat?.readInt32BE(32))).toEqual([1, 0, 2]);
    expect(results.map(({ stat }) => stat?.readInt32BE(52))).toEqual([3, 0, 0]);
    expect(results.map(({ stat }) => stat?.readBigInt64BE(8))).toEqual([zxid, zxid, zxid]);
  });
});

describe("what stands in line", () => {
  it("S12: a failure is a transaction that changes nothing but the position", () => {
    const made = member();
    const { nodeCount, applied } = made.tree;
    expect(made.do({ op: "delete", path: "/nope" }).code).toBe(-101);
    expect(made.tree.nodeCount).toBe(nodeCount);
    expect(made.tree.applied.index).toBe(applied.index + 1);
  });

  it("leaves what another session put in an ephemeral's place when the first one closes", () => {
    const made = member();
    made.createSession(2n);
    made.do({ op: "create", path: "/t/e", flags: 1 }, requester(1n));
    made.propose({ op: "delete", path: "/t/e" }, requester(2n));
    made.propose({ op: "create", path: "/t/e", flags: 1 }, requester(2n));
    const close = made.proposeClose(1n);
    const again = made.propose({ op: "create", path: "/t/e" }, requester(2n));
    expect(close.transaction.change).toEqual({ type: "closeSession", paths: [] });
    expect(again.transaction.change).toEqual({ type: "failure", code: -110 });
    made.applyAll();
    expect(made.stat("/t/e").ephemeralOwner).toBe(2n);
  });

  it("takes ephemerals that a closing session has only proposed", () => {
    const made = member();
    made.propose({ op: "create", path: "/t/e", flags: 1 }, requester(1n));
    made.propose({ op: "multi", asks: [{ op: "create", path: "/t/f", flags: 3 }] }, requester(1n));
    made.proposeClose(1n);
    made.propose({ op: "create", path: "/t/e" }, requester(2n));
    made.applyAll();
    expect(made.children("/t")).toEqual(["e", "n"]);
    expect(made.stat("/t/e").ephemeralOwner).toBe(0n);
    expect(made.tree.sessions.has(1n)).toBe(false);
  });

  it("has ephemerals of sessions alone that exist by then: others' would stay for ever", () => {
    const made = member();
    const code = (session: bigint, flags = 1) => {
      const { change } = made.propose(
        { op: "create", path: `/t/e${made.nextIndex}`, flags },
        requester(session),
      ).transaction;
      return change.type === "failure" ? change.code : 0;
    };
    expect([code(1n), code(9n), code(9n, 3), code(9n, 0)]).toEqual([0, -112, -112, 0]);
    made.proposeSession(9n);
    expect(code(9n)).toBe(0);
    made.proposeClose(9n);
    expect([code(9n), code(1n)]).toEqual([-112, 0]);
    made.applyAll();
    expect(code(9n)).toBe(-112);
    made.proposeSession(9n);
    made.inFlight = [];
    made.preparer = made.newPreparer();
    // What the one before proposed was lost.
    expect(code(9n)).toBe(-112);
  });

  it("is void for a preparer that was not the one to propose it", () => {
    const made = member();
    made.propose({ op: "create", path: "/t/lost" }, requester(1n));
    made.propose({ op: "setData", path: "/t", version: 0 }, requester(1n));
    // Another leads, and these two never commit. When this member leads again, it starts afresh.
    made.inFlight = [];
    made.preparer = made.newPreparer();
    expect(made.do({ op: "setData", path: "/t", version: 0 }).code).toBe(0);
    expect(made.do({ op: "create", path: "/t/lost" }).code).toBe(0);
  });
});

describe("the collector", () => {
  it("lets containers go once used and empty, and TTL nodes once old and empty", () => {
    const made = member();
    made.do({ op: "create", opcode: 19, path: "/t/used", flags: 4 });
    made.do({ op: "create", opcode: 19, path: "/t/unused", flags: 4 });
    made.do({ op: "create", opcode: 21, path: "/t/ttl", flags: 5, ttl: 100n });
    made.do({ op: "create", path: "/t/used/x" });
    made.do({ op: "create", path: "/t/ttl/x" });
    const found = (neverUsedMs: number) => made.tree.collectable(made.timeMs, neverUsedMs, 10);
    made.timeMs += 101;
    expect(found(0)).toEqual([]);
    made.do({ op: "delete", path: "/t/used/x" });
    made.do({ op: "delete", path: "/t/ttl/x" });
    expect(found(0).sort()).toEqual(["/t/ttl", "/t/used"]);
    expect(found(101).sort()).toEqual(["/t/ttl", "/t/used"]);
    expect(found(100).sort()).toEqual(["/t/ttl", "/t/unused", "/t/used"]);
    made.do({ op: "setData", path: "/t/ttl" });
    expect(found(0)).toEqual(["/t/used"]);
    made.timeMs += 100;
    expect(found(0)).toEqual(["/t/used"]);
    made.timeMs += 1;
    expect(found(0).sort()).toEqual(["/t/ttl", "/t/used"]);
  });

  it("finds the same in the store as in memory, at most as many as asked", async () => {
    const made = member();
    for (let n = 0; n < 20; n++) made.do({ op: "create", opcode: 19, path: `/t/c${n}`, flags: 4 });
    for (let n = 0; n < 3; n++) made.do({ op: "create", opcode: 21, path: `/t/d${n}`, flags: 5, ttl: 5000n });
    await made.commit();
    await made.restart();
    made.timeMs += 5001;
    // Containers that may stay for ever must not stand in the way of those that are due.
    expect(made.tree.collectable(made.timeMs, 0, 2)).toHaveLength(2);
    expect(made.tree.collectable(made.timeMs, 0, 10)).toEqual(["/t/d0", "/t/d1", "/t/d2"]);
    expect(made.tree.collectable(made.timeMs, 5000, 100)).toHaveLength(23);
    expect(made.tree.collectable(made.timeMs, 5001, 100)).toHaveLength(3);
  });

  it("does not take what was used, refreshed, removed or replaced since it was found", () => {
    const made = member();
    for (const name of ["a", "b", "c", "d", "e"])
      made.do({ op: "create", opcode: 21, path: `/t/${name}`, flags: 5, ttl: 100n });
    made.timeMs += 101;
    expect(made.tree.collectable(made.timeMs, 0, 10)).toHaveLength(5);
    made.do({ op: "create", path: "/t/a/x" });
    made.do({ op: "setData", path: "/t/b" });
    made.do({ op: "delete", path: "/t/c" });
    made.propose({ op: "create", path: "/t/d/x" }, requester(1n));
    const taken = ["/t/a", "/t/b", "/t/c", "/t/d", "/t/e", "/t/e", "/nope"].filter(
      (path) => made.proposeCollect(path) !== undefined,
    );
    expect(taken).toEqual(["/t/e"]);
    made.applyAll();
    expect(made.children("/t")).toEqual(["a", "b", "d", "n"]);
  });
});

describe("hostile bytes", () => {
  it("make a failure of every cut request, and never more", () => {
    const made = member();
    const asks: Ask[] = [
      { op: "create", path: "/t/a", data: bytes("data"), acl: ALICE_ONLY },
      { op: "create", opcode: 21, path: "/t/a", flags: 5, ttl: 5n },
      { op: "delete", path: "/t/n/c" },
      { op: "setData", path: "/t", data: bytes("data") },
      { op: "setAcl", path: "/t", acl: ALICE_ONLY },
    ];
    for (const ask of asks) {
      const whole = encodeAsk(ask);
      for (let length = 0; length < whole.length; length++) {
        made.proposeBytes(opcodeOf(ask), whole.subarray(0, length), requester(1n));
        expect(made.applyAll().code).toBe(-5);
      }
    }
  });

  it("with every length and byte made to lie never throw, nor leave the state one that cannot be read", () => {
    const made = member();
    const asks: Ask[] = [
      { op: "create", path: "/t/a", data: bytes("d"), acl: ALICE_ONLY },
      {
        op: "multi",
        asks: [
          { op: "create", path: "/t/b" },
          { op: "delete", path: "/t/b" },
        ],
      },
      { op: "setAcl", path: "/t/n", acl: [{ perms: 31, scheme: "world", id: "anyone" }] },
    ];
    for (const ask of asks) {
      const whole = encodeAsk(ask);
      for (let at = 0; at < whole.length; at++) {
        for (const value of [0, 1, 0x2f, 0x7f, 0x80, 0xff]) {
          const bent = Buffer.from(whole);
          bent[at] = value;
          made.proposeBytes(opcodeOf(ask), bent, requester(1n, ALICE));
          made.applyAll();
        }
      }
    }
    expect(made.tree.countDescendants(made.tree.find("/") as never)).toBe(made.tree.nodeCount - 1);
  });

  it("a path of half a million levels costs no more than its bytes", () => {
    const made = member();
    const deep = "/t".repeat(500_000);
    const begun = performance.now();
    expect(codeOf({ op: "create", path: deep }, made)).toBe(-101);
    expect(codeOf({ op: "delete", path: deep }, made)).toBe(-101);
    expect(codeOf({ op: "setData", path: deep }, made)).toBe(-101);
    expect(made.tree.find(`${deep}/`)).toBeUndefined();
    expect(performance.now() - begun).toBeLessThan(1000);
  });

  it("opcodes that are not the preparer's fail", () => {
    const made = member();
    made.proposeBytes(OpCode.check, encodeAsk({ op: "check", path: "/t" }), requester(1n));
    expect(made.applyAll().code).toBe(-6);
    for (const opcode of [OpCode.deleteContainer, OpCode.getData, 999]) {
      made.proposeBytes(opcode, encodeAsk({ op: "delete", path: "/t/n/c" }), requester(1n));
      expect(made.applyAll().code).toBe(-5);
    }
    made.proposeBytes(OpCode.reconfig, Buffer.alloc(0), requester(1n));
    expect(made.applyAll().code).toBe(-123);
  });
});
