/** One server of TARGET, as a process of its own, with a port and a folder of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const START_MS = 30_000;
const ANSWER_MS = 1000;
/** Below those that the system hands out itself, so that nobody is given one between the look and the start. */
const PORTS = { first: 21_000, count: 11_000 };

/** How often empty containers are looked for: often, so that recipes have to live with their going. */
export const CONTAINER_CHECK_MS = 1000;

export class Server {
  readonly connectString: string;
  private readonly port: number;
  private readonly folder: string;
  private child: ChildProcess | undefined;

  /** @param serve - The program that becomes a server when it is given a zoo.cfg. */
  static async start(serve: string): Promise<Server> {
    const folder = await mkdtemp(join(tmpdir(), "interop-recipes-"));
    const server = new Server(folder, await freePort());
    try {
      await server.run(serve);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
    this.connectString = `127.0.0.1:${port}`;
  }

  /** Ends it, and removes its folder. */
  async stop(): Promise<void> {
    const { child } = this;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  private async run(serve: string): Promise<void> {
    const config = join(this.folder, "zoo.cfg");
    const settings = [
      "tickTime=500",
      `dataDir=${join(this.folder, "data")}`,
      `clientPort=${this.port}`,
      "clientPortAddress=127.0.0.1",
      "maxClientCnxns=0",
      "admin.enableServer=false",
      "4lw.commands.whitelist=*",
      `znode.container.checkIntervalMs=${CONTAINER_CHECK_MS}`,
    ];
    await writeFile(config, settings.map((line) => `${line}\n`).join(""));
    const log = join(this.folder, "log");
    const output = openSync(log, "a");
    const child = spawn(serve, [config], { stdio: ["ignore", output, output] });
    closeSync(output);
    this.child = child;
    process.once("exit", () => child.kill("SIGKILL"));
    const deadline = Date.now() + START_MS;
    // Another process's readiness has no event to await.
    while (!(await this.word("srvr")).includes("Mode: ")) {
      if (child.exitCode !== null || Date.now() > deadline)
        throw new Error(`the server did not start:\n${readFileSync(log, "utf8").slice(-2000)}`);
      await pause(50);
    }
  }

  /** Empty if there is no answer. */
  private async word(word: string): Promise<string> {
    const socket = createConnection(this.port, "127.0.0.1");
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString();
    });
    socket.on("error", () => {});
    // One that is about to serve may take a connection and forget it.
    socket.setTimeout(ANSWER_MS, () => socket.destroy());
    socket.write(word);
    await new Promise((resolve) => socket.once("close", resolve));
    return text;
  }
}

async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.first + Math.floor(Math.random() * PORTS.count);
    const server = createServer();
    try {
      server.listen(port, "127.0.0.1");
      await once(server, "listening");
      return port;
    } catch {
      // Taken: another.
    } finally {
      server.close();
    }
  }
}
