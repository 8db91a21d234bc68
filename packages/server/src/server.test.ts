import { once } from "node:events";
import { connect } from "node:net";
import { openMemoryEngine } from "@rookery/storage";
import { expect, it } from "vitest";
import { STATE_TABLES, startServer } from "./index.ts";

const engine = () => openMemoryEngine({ tables: STATE_TABLES });

it("listens on a port of the system's choice, and again after a stop has freed it", async () => {
  const first = await startServer(engine(), { clientPort: 0 });
  const { port } = first.address;
  await first.stop();
  await expect(first.stopped).resolves.toBeUndefined();
  await using second = await startServer(engine(), { clientPort: port });
  expect(second.address).toEqual({ host: "127.0.0.1", port });
});

it("rejects with the system's error when the port is taken, and closes the engine it was given", async () => {
  await using holder = await startServer(engine(), { clientPort: 0 });
  const given = engine();
  await expect(startServer(given, { clientPort: holder.address.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  // The disk is free for another engine: the first one was closed.
  expect(() => openMemoryEngine({ tables: STATE_TABLES, disk: given.disk })).not.toThrow();
});

it("tells through `stopped` that storage has failed, and takes no more connections", async () => {
  const failing = engine();
  const server = await startServer(failing, { clientPort: 0 });
  failing.failNext("log");
  const socket = connect(server.address.port);
  const request = Buffer.alloc(49);
  request.writeInt32BE(45, 0);
  request.writeInt32BE(16, 28);
  socket.write(request);
  await expect(server.stopped).rejects.toMatchObject({ name: "StorageError", code: "FAILED" });
  await once(socket, "close");
  const refused = connect(server.address.port);
  const [error] = (await once(refused, "error")) as [NodeJS.ErrnoException];
  expect(error.code).toBe("ECONNREFUSED");
  await server.stop();
});

it("refuses connections above the bound for one address, and counts again when one has gone", async () => {
  await using server = await startServer(engine(), { clientPort: 0, maxClientConnections: 2 });
  const open = [connect(server.address.port), connect(server.address.port)];
  await Promise.all(open.map((socket) => once(socket, "connect")));
  const third = connect(server.address.port);
  await new Promise<void>((resolve) => {
    third.on("error", () => {});
    third.once("close", () => resolve());
  });
  open[0]?.destroy();
  await once(open[0] as never, "close");
  // The server hears of the close in its own turn: the first connection that it keeps proves the count.
  for (;;) {
    const again = connect(server.address.port);
    again.write("srvr");
    // A connection that is refused may end in a reset: that is an answer too.
    const first = await new Promise((resolve) => {
      again.once("data", resolve);
      again.once("close", () => resolve(undefined));
      again.on("error", () => {});
    });
    again.destroy();
    if (Buffer.isBuffer(first)) break;
  }
  for (const socket of open) socket.destroy();
});

it("closes a connection that never says anything", async () => {
  await using server = await startServer(engine(), { clientPort: 0, sessionlessTimeoutMs: 50 });
  const silent = connect(server.address.port);
  silent.resume();
  await once(silent, "close");
});
