/** What the words tell of the process and the machine it runs on. The one place of the reports that looks there. */
import { readdirSync, readFileSync } from "node:fs";
import { arch, homedir, hostname, release, tmpdir, type, userInfo } from "node:os";
import { dirname } from "node:path";
import { getHeapStatistics } from "node:v8";

export interface Host {
  /** The lines of `envi` after the version, in order. */
  environment(): readonly (readonly [key: string, value: string])[];
  /** Open file descriptors and their bound; −1 where the system does not tell. */
  openFiles(): number;
  maxFiles(): number;
}

export const THIS_HOST: Host = {
  /** The keys are ZooKeeper's, since tools look for them: what they say of Java, they say here of Node. */
  environment() {
    const heap = getHeapStatistics();
    return [
      ["host.name", hostname()],
      ["java.version", process.versions.node],
      ["java.vendor", "Node.js"],
      ["java.home", dirname(dirname(process.execPath))],
      ["java.class.path", process.argv[1] ?? UNKNOWN],
      ["java.library.path", process.env.NODE_PATH ?? UNKNOWN],
      ["java.io.tmpdir", tmpdir()],
      ["java.compiler", `V8 ${process.versions.v8}`],
      ["os.name", type()],
      ["os.arch", JAVA_ARCH[arch()] ?? arch()],
      ["os.version", release()],
      ["user.name", userName()],
      ["user.home", homedir()],
      ["user.dir", process.cwd()],
      ["jvm.memory.free", megabytes(heap.total_heap_size - heap.used_heap_size)],
      ["jvm.memory.max", megabytes(heap.heap_size_limit)],
      ["jvm.memory.total", megabytes(heap.total_heap_size)],
    ];
  },

  openFiles() {
    try {
      return readdirSync("/proc/self/fd").length;
    } catch {
      return -1;
    }
  },

  maxFiles() {
    try {
      const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "latin1")) ?? [];
      return soft === undefined ? -1 : Number(soft);
    } catch {
      return -1;
    }
  },
};

const UNKNOWN = "<NA>";
/** Where Java's name of an architecture is not Node's. */
const JAVA_ARCH: Readonly<Record<string, string>> = { x64: "amd64", arm64: "aarch64", ia32: "x86" };

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // In a container the user may have a number and no name.
    return UNKNOWN;
  }
}

function megabytes(bytes: number): string {
  return `${Math.max(0, Math.floor(bytes / 2 ** 20))}MB`;
}
