import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Links } from "./links.ts";
import { freePorts } from "./processes.ts";

describe("the links between servers", () => {
  let links: Links;
  let server: Server;
  let near: Socket;
  let far: Socket;

  beforeEach(async () => {
    links = new Links();
    server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const port = await freePorts(1);
    await links.add(1, 2, port, (server.address() as AddressInfo).port);
    const accepted = once(server, "connection");
    near = connect(port, "127.0.0.1");
    [far] = (await accepted) as [Socket];
  });

  afterEach(() => {
    near.destroy();
    far.destroy();
    server.close();
    links.close();
  });

  it("carry bytes both ways", async () => {
    near.write("ping");
    expect(await next(far)).toBe("ping");
    far.write("pong");
    expect(await next(near)).toBe("pong");
  });

  it("carry the other way when one is cut, and what was held once they are healed", async () => {
    links.cut(1, 2);
    near.write("late");
    far.write("through");
    expect(await next(near)).toBe("through");
    expect(far.bytesRead).toBe(0);
    links.heal();
    expect(await next(far)).toBe("late");
  });

  it("hide the end of a connection while they are cut", async () => {
    links.cut(1, 2);
    near.destroy();
    await once(near, "close");
    far.write("still there");
    expect(far.destroyed).toBe(false);
    const closed = once(far, "close");
    far.resume();
    links.heal();
    await closed;
  });

  it("take as long as they were told to", async () => {
    links.delay(1, 2, 50);
    const began = performance.now();
    near.write("slow");
    expect(await next(far)).toBe("slow");
    expect(performance.now() - began).toBeGreaterThanOrEqual(49);
  });

  it("break all connections on a reset", async () => {
    const closed = Promise.all([once(near, "close"), once(far, "close")]);
    near.on("error", () => {});
    far.on("error", () => {});
    near.resume();
    far.resume();
    links.reset();
    await closed;
  });
});

async function next(socket: Socket): Promise<string> {
  const [chunk] = (await once(socket, "data")) as [Buffer];
  socket.pause();
  return chunk.toString();
}
