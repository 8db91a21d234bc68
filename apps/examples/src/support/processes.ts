/** For tests: runs the programs as people do, each in a process and all in a folder of their own, bundled from their sources. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsup";
import { afterEach, beforeAll, beforeEach } from "vitest";

export interface StartedProgram {
  /** Resolves when a line has been said that matches, after the one that was awaited before. Rejects if it ends without. */
  said(pattern: string | RegExp): Promise<RegExpExecArray>;
  /** Everything so far. */
  readonly output: string;
  type(text: string): void;
  /** Sends a signal, and resolves when the process is gone. Rejects if it was gone before. */
  end(signal: NodeJS.Signals): Promise<Ended>;
  readonly ended: Promise<Ended>;
}

export interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly problems: string;
}

export interface Programs {
  /** For the files of one test. */
  readonly folder: string;
  start(connectString: string, ...words: readonly string[]): StartedProgram;
}

const app = fileURLToPath(new URL("../..", import.meta.url));
const BUILD_MS = 120_000;

/** The program of the scenario `name`. Whatever a test has started is ended after it. */
export function usePrograms(name: string): Programs {
  const outDir = join(app, "temp", name);
  let folder = "";
  let children: { readonly child: ChildProcess; readonly ended: Promise<Ended> }[] = [];

  beforeAll(async () => {
    await build({
      config: false,
      silent: true,
      entry: { main: join(app, "src", name, "main.ts") },
      outDir,
      outExtension: () => ({ js: ".mjs" }),
      format: "esm",
      target: "es2022",
      platform: "node",
      noExternal: [/^@rookery\//],
      esbuildOptions(options) {
        options.conditions = ["@rookery/source"];
      },
    });
  }, BUILD_MS);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "rookery-examples-"));
    children = [];
  });

  afterEach(async () => {
    for (const { child } of children) child.kill("SIGKILL");
    await Promise.all(children.map(({ ended }) => ended));
    rmSync(folder, { recursive: true, force: true });
  });

  return {
    get folder() {
      return folder;
    },
    start(connectString, ...words) {
      const env = { ...process.env, ROOKERY: connectString };
      const child = spawn(process.execPath, [join(outDir, "main.mjs"), ...words], { cwd: folder, env });
      let output = "";
      let problems = "";
      let from = 0;
      child.stdout.on("data", (chunk: Buffer) => {
        output += chunk;
      });
      child.stderr.on("data", (chunk: Buffer) => {
        problems += chunk;
      });
      const ended: Promise<Ended> = once(child, "close").then(([code]) => ({ code, output, problems }));
      children.push({ child, ended });
      return {
        ended,
        get output() {
          return output;
        },
        type: (text) => void child.stdin.write(text),
        async end(signal) {
          if (!child.kill(signal)) throw new Error(`It had ended by itself:\n${output}${problems}`);
          return ended;
        },
        async said(what) {
          const pattern = typeof what === "string" ? new RegExp(quoted(what)) : what;
          for (;;) {
            const match = pattern.exec(output.slice(from));
            if (match !== null) {
              const lineEnd = output.indexOf("\n", from + match.index + match[0].length);
              if (lineEnd >= 0) {
                from = lineEnd + 1;
                return match;
              }
            }
            const more = await Promise.race([once(child.stdout, "data"), ended]);
            if (!Array.isArray(more) && pattern.exec(output.slice(from)) === null)
              throw new Error(`It never said ${what}, but:\n${output}${problems}`);
          }
        },
      };
    },
  };
}

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
