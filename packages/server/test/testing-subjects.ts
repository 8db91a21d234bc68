/** What the README's examples test: users' code, with a client of a few lines. */
import { CreateFlag } from "@rookery/protocol/client";
import { RawClient } from "./testing-client.ts";

const WORKER = "/worker";
const NODE_EXISTS = -110;

/** Asks again until it has an answer. */
export async function addJob(connectString: string, path: string): Promise<void> {
  const ports = portsOf(connectString);
  let client = await RawClient.openSomewhere(ports);
  for (;;) {
    const answer = await client.create(path);
    if (answer?.error === 0 || answer?.error === NODE_EXISTS) break;
    client = await RawClient.openSomewhere(ports, client);
  }
  await client.close();
}

export class Worker {
  private readonly ports: readonly number[];
  private client: RawClient;
  private registrations = 0;
  private waiting: (() => void)[] = [];
  private stopped = false;
  private readonly working: Promise<void>;

  constructor(ports: readonly number[], client: RawClient) {
    this.ports = ports;
    this.client = client;
    this.working = this.work();
  }

  get sessionId(): bigint {
    return this.client.id;
  }

  /** Resolves when it has been registered so many times. */
  async registered(times: number): Promise<void> {
    while (this.registrations < times) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  async isRegistered(): Promise<boolean> {
    for (;;) {
      const answer = await this.client.exists(WORKER);
      if (answer !== undefined) return answer.error === 0;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.client.close();
    await this.working;
  }

  /** Comes back with its session, or with a new one if that is gone, for which it registers. */
  private async work(): Promise<void> {
    let isNew = true;
    while (!this.stopped) {
      if (isNew && (await this.client.create(WORKER, CreateFlag.EPHEMERAL))?.error === 0) {
        isNew = false;
        this.registrations++;
        for (const resolve of this.waiting.splice(0)) resolve();
      }
      await this.client.closed;
      if (this.stopped) return;
      this.client = await RawClient.openSomewhere(this.ports, this.client);
      if (this.client.timeoutMs > 0) continue;
      isNew = true;
      this.client = await RawClient.openSomewhere(this.ports);
    }
  }
}

export async function startWorker(connectString: string): Promise<Worker> {
  const ports = portsOf(connectString);
  const worker = new Worker(ports, await RawClient.openSomewhere(ports));
  await worker.registered(1);
  return worker;
}

function portsOf(connectString: string): readonly number[] {
  return connectString.split(",").map((address) => Number(address.split(":")[1]));
}
