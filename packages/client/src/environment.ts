/** Where time, chance, names and sockets come from. Handed in, so that a test decides over them. */
import { lookup } from "node:dns/promises";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import type { Host } from "./connect-string.ts";

export interface Timer {
  stop(): void;
}

export interface Environment {
  /** Milliseconds of a clock that never goes back. */
  nowMs(): number;
  after(ms: number, act: () => void): Timer;
  /** Runs behind the input that is there already. */
  afterInput(act: () => void): void;
  /** At least 0, below 1. */
  random(): number;
  /** The addresses of a name, one or more. */
  resolve(host: string): Promise<readonly string[]>;
  /** A socket on its way to an address of a host; with `tls` one that is encrypted. */
  dial(address: string, host: Host, tls: ConnectionOptions | undefined): Socket;
}

const TIMER_MS_MAX = 0x7fff_ffff;

export const realEnvironment: Environment = {
  nowMs: () => performance.now(),
  after(ms, act) {
    // Above it Node would not wait at all.
    const timer = setTimeout(act, Math.min(ms, TIMER_MS_MAX));
    return { stop: () => clearTimeout(timer) };
  },
  afterInput(act) {
    setImmediate(act);
  },
  random: Math.random,
  async resolve(host) {
    if (isIP(host) !== 0) return [host];
    const found = await lookup(host, { all: true });
    return found.map(({ address }) => address);
  },
  dial(address, { host, port }, tls) {
    if (tls === undefined) return connectTcp({ host: address, port, noDelay: true, keepAlive: true });
    const socket = connectTls({ ...(isIP(host) === 0 ? { servername: host } : {}), ...tls, host: address, port });
    socket.setNoDelay(true);
    return socket;
  },
};
