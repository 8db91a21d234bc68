import { once } from "node:events";
import { createConnection } from "node:net";

/** The paths with data watches that a server on 127.0.0.1 keeps for clients of this chroot. Source: ZooKeeper, `wchp`. */
export async function watches(port: number, chroot: string): Promise<string[]> {
  const socket = createConnection(port, "127.0.0.1");
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk.toString();
  });
  socket.write("wchp");
  await once(socket, "close");
  return text.split("\n").filter((line) => line.startsWith(`${chroot}/`));
}
