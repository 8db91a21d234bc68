/** Where figures come from: without it they mean nothing to anybody else. */
import { cpus, release, totalmem, type } from "node:os";
import { javaVersion } from "./servers.ts";

export function machine() {
  const cores = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    cores: cores.length,
    processor: cores[0]?.model ?? "",
    memoryGib: Math.round((totalmem() / 2 ** 30) * 10) / 10,
    system: `${type()} ${release()}`,
    node: process.version,
    java: javaVersion(),
  };
}

export function describeMachine(): string {
  const { date, cores, processor, memoryGib, system, node, java } = machine();
  return `${date}; ${cores} cores (${processor}), ${memoryGib} GiB; ${system}; Node ${node}; ${java}`;
}
