import { describe, expect, it } from "vitest";
import { type Client, connect } from "./client.ts";
import type { ConnectOptions } from "./options.ts";

/** Nobody listens there: what is refused is refused before anything is sent. */
const NOWHERE = "127.0.0.1:1";
const session = { id: 5n, password: new Uint8Array(16) };

describe("connect", () => {
  it.each<[string, unknown, string]>([
    ["no object", null, "must be an object"],
    ["an unknown name", { sessionTimeout: 5 }, "There are: acl, auth,"],
    ["a timeout of 0", { sessionTimeoutMs: 0 }, "an integer from 1 to 2147483647"],
    ["a timeout as text", { connectTimeoutMs: "5" }, "an integer from"],
    ["half a millisecond", { callTimeoutMs: 0.5 }, "an integer from"],
    ["no call in flight", { inFlightMax: 0 }, "from 1 to 1000000"],
    ["tiny requests", { requestBytesMax: 10 }, "from 1024"],
    ["a flag that is none", { readOnly: "yes" }, "must be true or false"],
    ["a signal that is none", { signal: {} }, "must be an AbortSignal"],
    ["half a session", { session: { id: 5n } }, "{ id: bigint, password: 16 bytes }"],
    ["a session of nobody", { session: { ...session, id: 0n } }, "{ id: bigint, password: 16 bytes }"],
    ["a password as text", { session: { id: 5n, password: "0123456789abcdef" } }, "16 bytes"],
    ["identities that are no list", { auth: { scheme: "digest" } }, "must be a list"],
    ["an identity without a scheme", { auth: [{ credentials: "a:b" }] }, "such as"],
    ["an identity without credentials", { auth: [{ scheme: "digest" }] }, "string or bytes"],
    ["an identity that fills a frame", { auth: [{ scheme: "x", credentials: "x".repeat(70_000) }] }, "more than 65536"],
    ["nothing for an identity", { auth: [null] }, "such as"],
    ["half a SASL user", { sasl: { user: "a" } }, "{ user: string, password: string }"],
    ["TLS by a flag", { tls: true }, "node:tls"],
    ["an empty ACL", { acl: [] }, "not empty"],
    ["an ACL of text", { acl: ["world:anyone"] }, "{ perms: number"],
  ])("refuses %s, and says what is allowed", async (_, options, says) => {
    await expect(connect(NOWHERE, options as ConnectOptions)).rejects.toThrow(
      expect.objectContaining({ code: "BAD_ARGUMENTS", message: expect.stringContaining(says) }),
    );
  });

  it.each<[string, unknown, string]>([
    ["nothing", undefined, "Give servers"],
    ["an empty list", [], "Give servers"],
    ["a number", 2181, "Give servers"],
    ["different chroots", ["a/x", "b/y"], "/x and /y"],
    ["a function that gives nonsense", () => "a:b:c", "is not a server"],
  ])("refuses %s in place of servers", async (_, servers, says) => {
    await expect(connect(servers as string)).rejects.toThrow(
      expect.objectContaining({ code: "BAD_ARGUMENTS", message: expect.stringContaining(says) }),
    );
  });

  it("is not begun with a signal that is aborted already", async () => {
    await expect(connect(NOWHERE, { signal: AbortSignal.abort() })).rejects.toThrow(
      expect.objectContaining({ code: "ABORTED", name: "AbortError" }),
    );
  });
});

describe("a client refuses, as a rejection and before anything is sent,", () => {
  const bad: Record<string, (zk: Client) => Promise<unknown>> = {
    "a misspelt option of create": (zk) => zk.create("/a", "", { ephemeral: true } as never),
    "a version in the place of options": (zk) => zk.delete("/a", 99 as never),
    "a misspelt option of set": (zk) => zk.set("/a", "", { versions: 99 } as never),
    "a misspelt option of watch": (zk) => zk.watch("/a", { recurse: true } as never),
    "a relative path": (zk) => zk.get("a"),
    "an empty path": (zk) => zk.exists(""),
    "a path that ends in a slash": (zk) => zk.create("/a/"),
    "a path with an empty name": (zk) => zk.getChildren("/a//b"),
    "a path with two dots": (zk) => zk.delete("/a/../b"),
    "a path that is no text": (zk) => zk.sync(5 as unknown as string),
    "a path of control characters": (zk) => zk.set("/a\u0000", ""),
    "data that is none": (zk) => zk.set("/a", 5 as unknown as string),
    "a version that is none": (zk) => zk.delete("/a", { version: 0.5 }),
    "a version above 32 bits": (zk) => zk.set("/a", "", { version: 2 ** 31 }),
    "a timeout of nothing": (zk) => zk.get("/a", { timeoutMs: 0 }),
    "an endless timeout": (zk) => zk.get("/a", { timeoutMs: Number.POSITIVE_INFINITY }),
    "a timeout that is no number": (zk) => zk.ensurePath("/a", { timeoutMs: "1" as unknown as number }),
    "a signal that is none": (zk) => zk.get("/a", { signal: {} as AbortSignal }),
    "a watch that is no function": (zk) => zk.get("/a", { watch: true as unknown as () => void }),
    "a buffer of nothing": (zk) => zk.watch("/a", { bufferMax: 0 }),
    "a listener that is none": (zk) => zk.watch("/a", { onEvent: 5 as unknown as () => void }),
    "a watch that is somewhat recursive": (zk) => zk.watch("/a", { recursive: 1 as unknown as boolean }),
    "an unknown mode": (zk) => zk.create("/a", "", { mode: "eternal" as "persistent" }),
    "a time to live of nobody": (zk) => zk.create("/a", "", { ttlMs: 5 }),
    "no time to live": (zk) => zk.create("/a", "", { mode: "ttl" }),
    "a container in sequence": (zk) => zk.create("/a", "", { mode: "container", sequential: true }),
    "parents of an unknown kind": (zk) => zk.create("/a", "", { parents: "yes" as "container" }),
    "the deletion of everything": (zk) => zk.deleteRecursive("/"),
    "a version of a transaction that is none": async (zk) => zk.transaction().check("/a", { version: Number.NaN }),
    "a path of a transaction": async (zk) => zk.transaction().create("a"),
    "an ACL of nobody": (zk) => zk.setAcl("/a", []),
    "an ACL that was forgotten": (zk) => zk.setAcl("/a", undefined as unknown as []),
    "an ACL with a hole": (zk) => zk.setAcl("/a", [undefined as never]),
    "members that are no text": (zk) => zk.reconfigure({ members: 5 as unknown as string }),
    "a timeout of close": (zk) => zk.close({ timeoutMs: -1 }),
  };

  it.each(Object.entries(bad))("%s", async (_, act) => {
    const { FakeServer } = await import("../test/fake-server.ts");
    let requests = 0;
    await using server = await FakeServer.start(async (peer) => {
      await peer.grant();
      for (;;) {
        const { xid } = await peer.request();
        requests++;
        peer.reply(xid);
      }
    });
    const zk = await connect(server.connectString);
    await expect(act(zk)).rejects.toThrow(expect.objectContaining({ code: "BAD_ARGUMENTS", outcome: "not-applied" }));
    expect(zk.stats.callsSent).toBe(0);
    expect(requests).toBe(0);
    zk.detach();
  });
});
