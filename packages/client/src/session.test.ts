/** What depends on names and chance, which are made up here; the rest is in test/. */
import { connect as connectTcp } from "node:net";
import { describe, expect, it } from "vitest";
import { FakeServer, type Script, writeStat } from "../test/fake-server.ts";
import { errorOf, untilState } from "../test/support.ts";
import { connectIn } from "./client.ts";
import { type Environment, realEnvironment } from "./environment.ts";

const serves: Script = async (peer) => {
  await peer.grant();
  await peer.answerAll();
};

/** Names have the addresses that `resolve` says; addresses are the fake servers'. */
function environmentOf(servers: Record<string, FakeServer>, resolve: (host: string) => string[]): Environment {
  return {
    ...realEnvironment,
    resolve: async (host) => resolve(host),
    dial: (address) => connectTcp({ host: "127.0.0.1", port: servers[address]?.port ?? 1 }),
  };
}

describe("names", () => {
  it("are resolved anew at each attempt", async () => {
    await using one = await FakeServer.start(serves);
    await using two = await FakeServer.start(serves);
    let address = "one";
    const asked: string[] = [];
    const environment = environmentOf({ one, two }, (host) => {
      asked.push(host);
      return [address];
    });
    await using zk = await connectIn(environment, "zk.example:2181");
    expect(zk.server).toBe("zk.example:2181 (one)");
    address = "two";
    one.peers[0]?.socket.destroy();
    await untilState(zk, "suspended");
    await untilState(zk, "connected");
    expect(zk.server).toBe("zk.example:2181 (two)");
    expect(asked).toEqual(["zk.example", "zk.example"]);
  });

  it("of several servers have each of them tried", async () => {
    await using bad = await FakeServer.start((peer) => void peer.socket.destroy());
    await using good = await FakeServer.start(serves);
    const environment = environmentOf({ bad, good }, () => ["bad", "good", "gone"]);
    for (let round = 0; round < 6; round++) {
      await using zk = await connectIn(environment, "zk.example");
      expect(zk.server).toBe("zk.example:2181 (good)");
    }
  });

  it("that cannot be resolved are the cause when no server can be reached", async () => {
    const environment = environmentOf({}, (host) => {
      throw new Error(`no ${host}`);
    });
    const error = await errorOf(connectIn(environment, "a.example,b.example", { connectTimeoutMs: 30 }));
    expect(error).toMatchObject({ code: "CONNECTION_LOSS" });
    expect(String(error)).toMatch(/no a\.example.*no b\.example|no b\.example.*no a\.example/);
  });
});

describe("servers", () => {
  it("are tried in random order, but the one that was lost last", async () => {
    const fakes: Record<string, FakeServer> = {};
    for (const name of ["a", "b", "c"]) fakes[name] = await FakeServer.start(serves);
    const environment = environmentOf(fakes, (host) => [host]);
    const first = new Set<string | undefined>();
    for (let round = 0; round < 40; round++) {
      const zk = await connectIn(environment, "a,b,c");
      first.add(zk.server);
      await zk.close();
    }
    expect(first.size).toBe(3);
    await using zk = await connectIn(environment, "a,b,c");
    for (let round = 0; round < 3; round++) {
      const before = zk.server;
      const suspended = untilState(zk, "suspended");
      for (const fake of Object.values(fakes)) for (const { socket } of fake.peers) socket.destroy();
      await suspended;
      await untilState(zk, "connected");
      expect(zk.server).not.toBe(before);
    }
    for (const fake of Object.values(fakes)) await fake[Symbol.asyncDispose]();
  });
});

describe("a session with a read-only server", () => {
  it("goes straight to the server that says it takes writes, also among those of one name", async () => {
    const mode =
      (word: "ro" | "rw"): Script =>
      async (peer) => {
        const first = await new Promise<Buffer>((resolve) => peer.socket.prependOnceListener("data", resolve));
        if (first.toString() === "isro") return void peer.socket.end(word);
        await peer.grant({ readOnly: word === "ro", id: word === "ro" ? 1n : 2n });
        await peer.answerAll();
      };
    await using one = await FakeServer.start(mode("ro"));
    await using two = await FakeServer.start(mode("ro"));
    await using three = await FakeServer.start(mode("rw"));
    for (let round = 0; round < 6; round++) {
      let addresses = ["one"];
      const environment = environmentOf({ one, two, three }, () => addresses);
      await using zk = await connectIn(environment, "zk.example", { readOnly: true });
      expect(zk.state).toBe("read-only");
      addresses = ["two", "one", "three"];
      await untilState(zk, "connected");
      expect(zk.server).toBe("zk.example:2181 (three)");
      expect(zk.stats).toMatchObject({ connections: 2, sessions: 2 });
    }
  });
});

describe("calls", () => {
  it("of one turn are written at once", async () => {
    await using server = await FakeServer.start(serves);
    let writes = 0;
    const environment: Environment = {
      ...realEnvironment,
      dial: () => {
        const socket = connectTcp({ host: "127.0.0.1", port: server.port });
        const write = socket.write.bind(socket) as (chunk: Uint8Array) => boolean;
        socket.write = (chunk: Uint8Array | string) => {
          writes++;
          return write(chunk as Uint8Array);
        };
        return socket;
      },
    };
    await using zk = await connectIn(environment, server.connectString);
    writes = 0;
    await Promise.all(Array.from({ length: 500 }, () => zk.sync()));
    expect(writes).toBe(1);
  });
});

describe("numbers of requests", () => {
  it("begin again at 1 after the largest", async () => {
    const xids: number[] = [];
    await using server = await FakeServer.start(async (peer) => {
      await peer.grant();
      for (;;) {
        const { xid } = await peer.request();
        xids.push(xid);
        peer.reply(xid, { body: writeStat });
      }
    });
    const zk = await connectIn(realEnvironment, server.connectString);
    (zk as unknown as { session: { xid: number } }).session.xid = 0x7fff_fffd;
    await Promise.all([zk.sync(), zk.sync(), zk.sync(), zk.sync()]);
    expect(xids).toEqual([0x7fff_fffe, 0x7fff_ffff, 1, 2]);
    zk.detach();
  });
});
