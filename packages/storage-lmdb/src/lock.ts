/**
 * One process a folder. Node has no flock(2), so the lock is a listening socket: the kernel gives it to one holder and
 * takes it back however that one dies, so nothing stale is left for an operator to remove.
 *
 * Linux: a socket in the abstract namespace, named by the folder's device and inode (so two paths to one folder are one
 * lock), which is exact within a network namespace; and a socket file `lock` in the folder, by which containers that share
 * the folder but not the network see each other. Windows: a named pipe. Elsewhere: the socket file alone.
 * A pid in a file would need its start time compared, and says nothing in another container's numbering.
 * The holder answers whoever connects with its pid.
 *
 * The socket file of a dead holder is told by a refused connection. It is replaced by renaming it away, looking at what
 * was renamed, and linking the new one in, which fails where somebody was faster. Left open: two processes that share no
 * network namespace, both finding the same stale file within the same few microseconds, may each move the other's;
 * each looks again afterwards and the one whose socket is no longer there gives up.
 */
import { randomBytes } from "node:crypto";
import { constants, promises as fs } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { StorageError } from "@rookery/storage";

export interface Lock {
  release(): Promise<void>;
}

/** @throws {@link StorageError} `LOCKED` while another process, or this one, has the folder. */
export async function lockFolder(folder: string): Promise<Lock> {
  const { dev, ino } = await fs.stat(folder, { bigint: true });
  const name = `rookery-${dev}-${ino}`;
  if (process.platform === "win32") return holding(await take(`\\\\.\\pipe\\${name}`, folder));
  if (process.platform !== "linux") return lockFile(folder, `${folder}/`);
  const server = await take(`\0${name}`, folder);
  // A socket's path has room for 107 bytes; the folder's may be longer, its descriptor's never is.
  const handle = await fs.open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const file = await lockFile(folder, `/proc/self/fd/${handle.fd}/`);
    return {
      async release() {
        await file.release();
        await close(server);
      },
    };
  } catch (error) {
    await close(server);
    throw error;
  } finally {
    await handle.close();
  }
}

function holding(server: Server): Lock {
  return { release: () => close(server) };
}

async function lockFile(folder: string, prefix: string): Promise<Lock> {
  const path = join(folder, "lock");
  const draft = `lock.${process.pid}.${randomBytes(4).toString("hex")}`;
  const server = await listen(`${prefix}${draft}`);
  const { ino } = await fs.stat(join(folder, draft), { bigint: true });
  const isOurs = async (): Promise<boolean> => (await inode(path)) === ino;
  try {
    for (let attempt = 0; ; attempt++) {
      try {
        await fs.link(join(folder, draft), path);
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST" || attempt === 10) throw error;
      }
      const stale = await inode(path);
      const holder = await ask(`${prefix}lock`);
      if (holder !== undefined) throw lockedBy(holder, folder);
      const aside = join(folder, `${draft}.stale`);
      await fs.rename(path, aside).catch(() => {});
      const moved = await inode(aside);
      // Somebody replaced the stale file between our look and our rename: give it back.
      if (moved !== undefined && moved !== stale) await fs.link(aside, path).catch(() => {});
      await fs.rm(aside, { force: true });
    }
    if (!(await isOurs())) throw lockedBy("unknown", folder);
  } catch (error) {
    await close(server);
    await fs.rm(join(folder, draft), { force: true });
    throw error;
  }
  await fs.rm(join(folder, draft), { force: true });
  return {
    async release() {
      if (await isOurs()) await fs.rm(path, { force: true });
      await close(server);
    },
  };
}

async function take(name: string, folder: string): Promise<Server> {
  try {
    return await listen(name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw lockedBy((await ask(name)) ?? "unknown", folder);
  }
}

function listen(name: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.end(`${process.pid}`);
    });
    server.once("error", reject);
    server.listen(name, () => {
      server.off("error", reject);
      server.on("error", () => {});
      server.unref();
      resolve(server);
    });
  });
}

/** The pid of who listens there; undefined when nobody does. */
function ask(name: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(name);
    // A holder too busy to answer is a holder: the kernel took the connection.
    socket.setTimeout(2000, () => {
      socket.destroy();
      resolve("unknown, too busy to answer");
    });
    socket.on("data", (bytes) => {
      answer += bytes.toString("latin1");
    });
    socket.on("end", () => resolve(answer));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED" || error.code === "ENOENT") resolve(undefined);
      else if (error.code === "ECONNRESET" || error.code === "EPIPE") resolve("unknown");
      else reject(error);
    });
  });
}

function lockedBy(pid: string, folder: string): StorageError {
  return new StorageError(
    "LOCKED",
    `process ${pid} has ${folder} open. Two at once would destroy it: stop that process, or use another folder.`,
  );
}

async function inode(path: string): Promise<bigint | undefined> {
  return fs.lstat(path, { bigint: true }).then(
    ({ ino }) => ino,
    () => undefined,
  );
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
