/**
 * A program that has other people's recipes in it, and does with them what it is told.
 *
 * It is told one thing a line, and answers with one, in fields between tabs:
 *
 *     <number> <handle> <verb> <argument>…     →     <number> ok <what it gave>     or     <number> error <why>
 *
 * The first line about a handle makes it: its verb is the kind of recipe, such as `mutex`, and its first argument a path. What
 * is asked of one handle is done in order; handles do not wait for each other, so answers come in any order. Numbers, and
 * `true` and `false`, are written as such. When it is ready the program says so; it ends with its input.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

interface Waiting {
  resolve(value: string): void;
  reject(error: Error): void;
}

/** It is started when it is first needed. */
export class Helper {
  readonly name: string;
  private readonly command: () => readonly [program: string, ...args: string[]];
  private running: Promise<Running> | undefined;
  private count = 0;

  constructor(name: string, command: () => readonly [program: string, ...args: string[]]) {
    this.name = name;
    this.command = command;
  }

  /** A recipe in this program. */
  async open(kind: string, ...args: readonly (string | number)[]): Promise<Handle> {
    const handle = new Handle(this, `${kind}-${++this.count}`);
    await handle.tell(kind, ...args);
    return handle;
  }

  async ask(handle: string, verb: string, args: readonly (string | number)[]): Promise<string> {
    this.running ??= Running.start(this.name, ...this.command());
    return (await this.running).ask(handle, verb, args);
  }

  /** As a power cut would: its session goes on until it expires. */
  async kill(): Promise<void> {
    await (await this.running)?.kill();
  }
}

class Running {
  private readonly name: string;
  private readonly child: ChildProcess;
  private readonly waiting = new Map<string, Waiting>();
  private readonly ready: Promise<void>;
  private readonly ended: Promise<unknown>;
  private count = 0;

  static async start(name: string, program: string, ...args: readonly string[]): Promise<Running> {
    const running = new Running(name, spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] }));
    await running.ready;
    return running;
  }

  private constructor(name: string, child: ChildProcess) {
    this.name = name;
    this.child = child;
    const killWithUs = () => child.kill("SIGKILL");
    process.once("exit", killWithUs);
    this.ended = once(child, "exit").then(() => {
      process.off("exit", killWithUs);
      for (const { reject } of this.waiting.values()) reject(new Error(`${name} has ended`));
      this.waiting.clear();
    });
    // What is asked of one that has been killed is answered by its end.
    child.stdin?.on("error", () => {});
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    this.ready = new Promise((resolve, reject) => {
      void this.ended.then(() => reject(new Error(`${name} has ended before it was ready`)), reject);
      lines.on("line", (line) => (line === "ready" ? resolve() : this.onAnswer(line)));
    });
  }

  ask(handle: string, verb: string, args: readonly (string | number)[]): Promise<string> {
    const number = String(++this.count);
    return new Promise((resolve, reject) => {
      this.waiting.set(number, { resolve, reject });
      this.child.stdin?.write(`${[number, handle, verb, ...args].join("\t")}\n`);
    });
  }

  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended;
  }

  private onAnswer(line: string): void {
    const [number = "", outcome, value = ""] = line.split("\t");
    const waiting = this.waiting.get(number);
    if (waiting === undefined) throw new Error(`${this.name} says out of turn: ${line}`);
    this.waiting.delete(number);
    if (outcome === "ok") waiting.resolve(value);
    else waiting.reject(new Error(`${this.name}: ${value}`));
  }
}

export class Handle {
  private readonly helper: Helper;
  private readonly name: string;

  constructor(helper: Helper, name: string) {
    this.helper = helper;
    this.name = name;
  }

  tell(verb: string, ...args: readonly (string | number)[]): Promise<string> {
    return this.helper.ask(this.name, verb, args);
  }
}
