import { acls, digestId, type JuteReader, OpCode, stat as statCodec } from "@rookery/protocol/client";
import { describe, expect, it } from "vitest";
import { ALICE, bytes, Listener, Member, read, readPath, requester, SUPER } from "../test/member.ts";

const member = () => {
  const made = new Member();
  made.createSession(1n);
  made.do({ op: "create", path: "/t", data: bytes("data") });
  made.do({ op: "create", path: "/t/x", data: null });
  return made;
};
const strings = (body: JuteReader) => Array.from({ length: body.int() }, () => body.string());
const ofPath = (opcode: number, path: string | null, made = member(), reader = new Listener()) =>
  readPath(made, opcode, path, reader);

describe("reads", () => {
  it.each([
    ["a missing znode", "/no", -101],
    ["no slash", "foo", -101],
    ["a slash at the end", "/t/", -101],
    ["another way to write a path", "//t", -101],
    ["a missing parent", "/no/x/y", -101],
    ["below the missing child of a znode", "/t/no/x", -101],
    ["half a million levels", "/t".repeat(500_000), -101],
    ["half a million slashes", "/".repeat(500_000), -101],
    ["no path", null, -5],
  ])("R1: of %s fail", (_, path, code) => {
    const made = member();
    const begun = performance.now();
    for (const opcode of [
      OpCode.exists,
      OpCode.getData,
      OpCode.getChildren,
      OpCode.getChildren2,
      OpCode.getACL,
      OpCode.getAllChildrenNumber,
    ]) {
      expect(ofPath(opcode, path, made).code).toBe(code);
    }
    expect(performance.now() - begun).toBeLessThan(1000);
  });

  it("R2, R5: need READ, getACL READ or ADMIN, and check it after existence", () => {
    const made = member();
    const who = requester(1n, SUPER);
    const perms = (bits: number) =>
      made.do({ op: "setAcl", path: "/t", acl: [{ perms: bits, scheme: "world", id: "anyone" }] }, who);
    perms(2 + 4 + 8 + 16);
    for (const opcode of [
      OpCode.exists,
      OpCode.getData,
      OpCode.getChildren,
      OpCode.getChildren2,
      OpCode.getAllChildrenNumber,
    ]) {
      expect(ofPath(opcode, "/t", made).code).toBe(-102);
      expect(ofPath(opcode, "/t", made, new Listener(SUPER)).code).toBe(0);
      expect(ofPath(opcode, "/t/x", made).code).toBe(0);
    }
    const acl = [16, 1, 2].map((bits) => {
      perms(bits);
      return ofPath(OpCode.getACL, "/t", made).code;
    });
    expect(acl).toEqual([0, 0, -102]);
  });

  it("R3: exists refuses NUL", () => {
    expect(ofPath(OpCode.exists, "/t\0").code).toBe(-8);
    expect(ofPath(OpCode.getData, "/t\0").code).toBe(-101);
  });

  it("R4: take the empty path for the root", () => {
    const made = member();
    expect(strings(ofPath(OpCode.getChildren, "", made).body).sort()).toEqual(["t", "zookeeper"]);
  });

  it("R6: getACL hides digests from those without ADMIN", () => {
    const made = member();
    const entries = [
      { perms: 17, ...ALICE },
      { perms: 1, scheme: "world", id: "anyone" },
      { perms: 1, scheme: "ip", id: "10.0.0.1" },
    ];
    made.do({ op: "setAcl", path: "/t", acl: entries });
    const shown = (reader: Listener) => acls.decode(ofPath(OpCode.getACL, "/t", made, reader).body);
    expect(shown(new Listener())).toEqual([{ ...entries[0], id: "alice:x" }, ...entries.slice(1)]);
    expect(shown(new Listener({ scheme: "digest", id: digestId("alice:other") }))).toEqual([
      { ...entries[0], id: "alice:x" },
      ...entries.slice(1),
    ]);
    expect(shown(new Listener(ALICE))).toEqual(entries);
    expect(shown(new Listener(SUPER))).toEqual(entries);
  });

  it("R7: getEphemerals lists this session's, by plain prefix", () => {
    const made = member();
    for (const path of ["/s1", "/s2", "/t/e"]) made.do({ op: "create", path, flags: 1 });
    made.createSession(2n);
    made.do({ op: "create", path: "/s3", flags: 1 }, requester(2n));
    const reader = new Listener();
    reader.treeSession = made.tree.sessions.get(1n);
    const list = (prefix: string | null) => strings(ofPath(OpCode.getEphemerals, prefix, made, reader).body).sort();
    expect([null, "/", " ", ""].map((prefix) => list(prefix).length)).toEqual([3, 3, 3, 3]);
    expect([list("/s"), list("/s1"), list("/zz")]).toEqual([["/s1", "/s2"], ["/s1"], []]);
    expect(strings(ofPath(OpCode.getEphemerals, "/", made).body)).toEqual([]);
  });

  it("R8: getAllChildrenNumber counts all that is below", () => {
    const made = member();
    expect(["/", "/t", "/t/x"].map((path) => ofPath(OpCode.getAllChildrenNumber, path, made).body.int())).toEqual([
      5, 1, 0,
    ]);
  });

  it("R9: sync echoes any path", () => {
    for (const path of ["/no", null, ""]) expect(ofPath(OpCode.sync, path).body.string()).toBe(path);
  });

  it("R10: whoAmI shows schemes and users", () => {
    const reader = new Listener({ scheme: "ip", id: "10.0.0.1" }, ALICE, SUPER);
    const { body } = read(member(), OpCode.whoAmI, () => {}, reader);
    expect(Array.from({ length: body.int() }, () => [body.string(), body.string()])).toEqual([
      ["ip", "10.0.0.1"],
      ["digest", "alice"],
      ["super", ""],
    ]);
  });

  it("R11: a fresh tree's own znodes have all zxids 0 and children nobody counted", () => {
    const made = new Member();
    const blank = {
      czxid: 0n,
      mzxid: 0n,
      pzxid: 0n,
      ctime: 0n,
      mtime: 0n,
      version: 0,
      aversion: 0,
      ephemeralOwner: 0n,
      dataLength: 0,
    };
    expect(made.stat("/")).toEqual({ ...blank, cversion: -1, numChildren: 1 });
    expect(made.stat("/zookeeper")).toEqual({ ...blank, cversion: -2, numChildren: 2 });
    expect(made.stat("/zookeeper/quota")).toEqual({ ...blank, cversion: 0, numChildren: 0 });
    expect(made.stat("/zookeeper/config")).toEqual({ ...blank, cversion: 0, numChildren: 0, aversion: -1 });
  });

  it("answer data, children and Stat together", () => {
    const made = member();
    const data = ofPath(OpCode.getData, "/t", made).body;
    expect([data.buffer(), statCodec.decode(data), data.remaining]).toEqual([bytes("data"), made.stat("/t"), 0]);
    expect(ofPath(OpCode.getData, "/t/x", made).body.buffer()).toBe(null);
    const children = ofPath(OpCode.getChildren2, "/t", made).body;
    expect([strings(children), statCodec.decode(children), children.remaining]).toEqual([["x"], made.stat("/t"), 0]);
  });

  it("with an opcode that is none answer UNIMPLEMENTED", () => {
    expect(ofPath(999, "/t").code).toBe(-6);
  });
});

describe("a multiRead", () => {
  const ask = (made: Member, reads: readonly (readonly [number, string | null])[], reader = new Listener()) =>
    read(
      made,
      OpCode.multiRead,
      (out) => {
        for (const [opcode, path] of reads) {
          out.int(opcode);
          out.bool(false);
          out.int(-1);
          out.string(path);
          out.bool(true);
        }
        out.int(-1);
        out.bool(true);
        out.int(-1);
      },
      reader,
    );
  const slots = (body: JuteReader) => {
    const found: (number | string)[] = [];
    for (;;) {
      const type = body.int();
      const done = body.bool();
      const code = body.int();
      if (done) return found;
      if (type === OpCode.getData) {
        found.push(`data ${body.buffer()}`);
        statCodec.decode(body);
      } else if (type === OpCode.getChildren) found.push(`children ${strings(body)}`);
      else {
        expect(body.int()).toBe(code);
        found.push(code);
      }
    }
  };

  it("M16, M17: answers each read by itself and sets no watch", () => {
    const made = member();
    made.do({ op: "create", path: "/p", acl: [{ perms: 31, ...ALICE }] });
    const { code, body } = ask(made, [
      [OpCode.getData, "/t"],
      [OpCode.getChildren, "/t"],
      [OpCode.getData, "/no"],
      [OpCode.getData, "/p"],
      [OpCode.getChildren, "/t/x"],
    ]);
    expect(code).toBe(0);
    expect(slots(body)).toEqual(["data data", "children x", -101, -102, "children "]);
    expect(made.tree.watches.count).toBe(0);
  });

  it("M18: refuses writes", () => {
    const { code, body } = ask(member(), [[OpCode.create, "/a"]]);
    expect([code, slots(body)]).toEqual([-5, []]);
  });

  it("throws what a reader throws when it is cut", () => {
    const made = member();
    expect(() => read(made, OpCode.multiRead, (out) => out.int(4))).toThrow("before the end");
  });
});
