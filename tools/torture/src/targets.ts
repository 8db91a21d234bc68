/** What is tortured: how its servers are started, and what it is known not to promise. */

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runs, runToEnd } from "./processes.ts";

/** The run cannot be made here. Not a failure of anything tortured. */
export class NotRun extends Error {
  override readonly name = "NotRun";
}

export interface Target {
  readonly name: "rookery" | "zookeeper";
  readonly command: (config: string) => { readonly program: string; readonly words: readonly string[] };
  /** The weakness that makes synced reads stale now and then; undefined if that would be a failure. */
  readonly staleSyncs: string | undefined;
  /** Why its servers cannot be given another time; undefined if they can. */
  readonly realTime: string | undefined;
}

const ZOOKEEPER_VERSION = "3.9.5";
const here = fileURLToPath(new URL("..", import.meta.url));
const rookeryMain =
  process.env.ROOKERY_MAIN ?? fileURLToPath(new URL("../../../apps/rookery/dist/main.js", import.meta.url));

/** @throws {@link NotRun} */
export function targetNamed(name: Target["name"]): Target {
  return name === "rookery" ? rookery() : zookeeper();
}

function rookery(): Target {
  if (!existsSync(rookeryMain)) throw new NotRun("needs Rookery built: pnpm build");
  return {
    name: "rookery",
    command: (config) => ({ program: process.execPath, words: [rookeryMain, "serve", "--config", config] }),
    staleSyncs: undefined,
    realTime: undefined,
  };
}

function zookeeper(): Target {
  const jars = fetchJars();
  const flags = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];
  const main = "org.apache.zookeeper.server.quorum.QuorumPeerMain";
  return {
    name: "zookeeper",
    command: (config) => ({
      program: "java",
      words: [...flags, "-cp", `${here}/logging:${join(jars, "*")}`, main, config],
    }),
    staleSyncs: "sync asks no quorum (ZOOKEEPER-1675): a read after it may be stale",
    realTime: "libfaketime makes a JVM take eight times the CPU",
  };
}

function fetchJars(): string {
  if (!runs("java", "-version")) throw new NotRun("needs java and mvn");
  const jars = join(here, ".cache", `zookeeper-${ZOOKEEPER_VERSION}`);
  const pom = join(here, "pom.xml");
  const stamp = join(jars, `.${createHash("sha256").update(readFileSync(pom)).digest("hex").slice(0, 16)}`);
  if (existsSync(stamp)) return jars;
  if (!runs("mvn", "--version")) throw new NotRun("needs java and mvn");
  rmSync(jars, { recursive: true, force: true });
  mkdirSync(jars, { recursive: true });
  const words = ["-q", "-B", "-ntp", "-f", pom, "dependency:copy-dependencies"];
  runToEnd("mvn", [...words, `-DoutputDirectory=${jars}`, "-DincludeScope=runtime"]);
  writeFileSync(stamp, "");
  return jars;
}
