/** The client port: accepts within the limits, and closes connections that never open a session. */
import { createServer, type Server, type Socket } from "node:net";
import type { Logger } from "../logger.ts";
import type { Member } from "../member/member.ts";
import type { Runtime, Timer } from "../member/ports.ts";
import { type AnswerWord, Connection } from "./connection.ts";

export class Listener {
  private readonly member: Member;
  private readonly logger: Logger;
  private readonly answerWord: AnswerWord;
  private readonly server: Server;
  private readonly connections = new Set<Connection>();
  private readonly byAddress = new Map<string, number>();
  private readonly reaper: Timer;

  constructor(member: Member, runtime: Runtime, logger: Logger, answerWord: AnswerWord) {
    this.member = member;
    this.logger = logger;
    this.answerWord = answerWord;
    this.server = createServer({ noDelay: true }, (socket) => this.onConnection(socket));
    const { sessionlessTimeoutMs } = member.options;
    this.reaper = runtime.every(Math.max(50, Math.min(1000, sessionlessTimeoutMs / 4)), () => {
      const before = runtime.monotonicMs() - sessionlessTimeoutMs;
      for (const { client } of this.connections) {
        if (client.state !== "new" || client.acceptedMs > before) continue;
        member.stats.sessionlessExpired++;
        member.closed(client);
        client.transport.destroy();
      }
    });
  }

  /** Resolves with the port in use; rejects with the system's error when it cannot listen. */
  listen(): Promise<number> {
    const { clientPort, clientPortAddress, clientPortListenBacklog } = this.member.options;
    return new Promise((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen({ port: clientPort, host: clientPortAddress, backlog: clientPortListenBacklog }, () => {
        this.server.off("error", reject);
        this.server.on("error", (error) =>
          this.logger.error({ error: error.message }, "the client port failed to accept"),
        );
        resolve((this.server.address() as { port: number }).port);
      });
    });
  }

  /** Takes no more connections. Those that are open stay. */
  close(): void {
    this.reaper.stop();
    this.server.close();
  }

  private onConnection(socket: Socket): void {
    const address = socket.remoteAddress ?? "";
    const held = this.byAddress.get(address) ?? 0;
    const { maxClientConnections, maxConnections } = this.member.options;
    if (
      (maxClientConnections > 0 && held >= maxClientConnections) ||
      (maxConnections > 0 && this.connections.size >= maxConnections)
    ) {
      this.member.stats.connectionsRejected++;
      this.logger.warn({ address, held }, "connection refused: too many");
      socket.destroy();
      return;
    }
    this.byAddress.set(address, held + 1);
    const connection = new Connection(socket, this.member, this.logger, this.answerWord);
    this.connections.add(connection);
    socket.on("close", () => {
      this.connections.delete(connection);
      const left = (this.byAddress.get(address) ?? 1) - 1;
      if (left === 0) this.byAddress.delete(address);
      else this.byAddress.set(address, left);
    });
  }
}
