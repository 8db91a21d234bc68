/** The command as people run it: a process of its own, built, with its output, signals and exit codes. */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFailed } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { ask, createRequest, freePorts, getRequest, string, talk, useRookery } from "../test/processes.ts";

const at = useRookery();
const { run, start, startDev } = at;

describe("rookery", { timeout: 30_000 }, () => {
  it("prints its version and its help", () => {
    expect(run("--version")).toMatchObject({ code: 0, out: `${manifest.version}\n` });
    expect(run("--help").out).toContain("rookery serve --config zoo.cfg");
    expect(run("help", "serve").out).toContain("--tick-time <ms>");
    expect(run("serve", "--help")).toMatchObject({ code: 0, problem: "" });
  });

  it("ends with 2 for a command, a flag or a word it does not know", () => {
    expect(run("srve")).toMatchObject({ code: 2, problem: expect.stringContaining("Did you mean serve?") });
    expect(run("serve", "--tick-tim=1")).toMatchObject({ code: 2, problem: expect.stringContaining("--tick-time") });
    expect(run("serve", "zoo.cfg")).toMatchObject({ code: 2, problem: expect.stringContaining("--config zoo.cfg") });
    expect(run("completion", "csh")).toMatchObject({ code: 2, problem: expect.stringContaining("bash, zsh, fish") });
  });

  it("prints completions that shells take", () => {
    for (const shell of ["bash", "zsh", "fish"]) {
      const { code, out } = run("completion", shell);
      expect(code).toBe(0);
      expect(out).toContain("tick-time");
      if (commandExists(shell)) expect(spawnSync(shell, ["-n"], { input: out }).stderr.toString()).toBe("");
    }
  });

  it("completes commands, flags and values in bash", () => {
    const complete = (...words: string[]) => {
      const script = `${run("completion", "bash").out}
        COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}; _rookery
        echo "\${COMPREPLY[@]}"`;
      return spawnSync("bash", ["-c", script]).stdout.toString().trim();
    };
    expect(complete("rookery", "se")).toBe("serve settings");
    expect(complete("rookery", "serve", "--tick")).toBe("--tick-time");
    expect(complete("rookery", "serve", "--log-level", "w")).toBe("warn");
    expect(complete("rookery", "completion", "z")).toBe("zsh");
    expect(complete("rookery", "serve", "--serv")).toBe("--server");
    expect(complete("rookery", "serve", "--peer-type", "o")).toBe("observer");
    expect(complete("rookery", "dev", "--f")).toBe("--fresh");
  });
});

describe("rookery serve", { timeout: 30_000 }, () => {
  it("says where it listens, serves, and stops with 0 when asked", async () => {
    const server = await start("--client-port=0", "--data-dir=data");
    expect(server.greeting).toMatch(
      /^Rookery listens on 127\.0\.0\.1:\d+, keeps its data in \.\/data and stops on Ctrl\+C\.\n$/,
    );
    expect(await ask(server.port, "ruok")).toBe("imok");
    server.child.kill("SIGTERM");
    expect(await server.ended).toEqual({ code: 0, signal: null });
    // Quiet by default.
    expect(server.problems()).toBe("");
    expect(existsSync(join(at.folder, "data"))).toBe(true);
  });

  it("takes zoo.cfg, variables and flags, the later over the earlier", async () => {
    writeFileSync(join(at.folder, "zoo.cfg"), "tickTime=1000\nclientPort=0\ndataDir=a\ninitLimit=5\nlogLevel=info\n");
    const { out } = run({ ROOKERY_DATA_DIR: "b" }, "serve", "--config=zoo.cfg", "--client-port=7", "--show-config");
    expect(out).toContain("# zoo.cfg:1\ntickTime=1000\n");
    expect(out).toContain("# flag --client-port\nclientPort=7\n");
    expect(out).toContain("# variable ROOKERY_DATA_DIR\ndataDir=b\n");

    const server = await start({ ROOKERY_CONFIG: "zoo.cfg" }, "--client-port-address=127.0.0.1");
    server.child.kill("SIGINT");
    expect(await server.ended).toEqual({ code: 0, signal: null });
    const lines = server
      .problems()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ level: "info", keys: ["initLimit"] });
    expect(lines.map(({ msg }) => msg)).toEqual(expect.arrayContaining(["serving", "stopping", "stopped"]));
  });

  it("refuses wrong settings with 2 and touches nothing", () => {
    expect(run("serve", "--tick-time=soon", "--data-dir=data")).toMatchObject({
      code: 2,
      problem: expect.stringContaining(
        'tickTime = "soon"  (flag --tick-time)\n    must be a whole number of milliseconds',
      ),
    });
    expect(run("serve", "--config=none.cfg")).toMatchObject({
      code: 2,
      problem: "rookery: The configuration file none.cfg cannot be read: it does not exist.\n",
    });
    expect(readdirSync(at.folder)).toEqual([]);
  });

  it("refuses an ensemble that could not work with 2 and touches nothing", () => {
    const servers = ["--server=1=127.0.0.1:2888:3888", "--server=2=127.0.0.1:2888:3889"];
    expect(run("serve", ...servers, "--data-dir=data")).toMatchObject({
      code: 2,
      problem: expect.stringContaining(
        'server.2 = "127.0.0.1:2888:3889"  (flag --server)\n    has the first port of server.1 (flag --server)',
      ),
    });
    expect(run({ ROOKERY_SERVERS: "1=a:1:2;2181 2=b:1:2 3=c:1:2" }, "serve", "--data-dir=data")).toMatchObject({
      code: 2,
      problem: expect.stringContaining(`mkdir -p ${join(realpathSync(at.folder), "data")} && echo 1 > `),
    });
    expect(readdirSync(at.folder)).toEqual([]);
  });

  it("reads myid and the dynamic file of an ensemble", () => {
    mkdirSync(join(at.folder, "data"));
    writeFileSync(join(at.folder, "data", "myid"), "2\n");
    writeFileSync(
      join(at.folder, "dynamic"),
      "server.1=a:1:2\nserver.2=b:1:2;5181\nserver.3=c:1:2\nversion=100000000\n",
    );
    writeFileSync(join(at.folder, "zoo.cfg"), "dataDir=data\ndynamicConfigFile=dynamic\n");
    const { code, out } = run("serve", "--config=zoo.cfg", "--show-config");
    expect(code).toBe(0);
    expect(out).toContain(`# ${join(realpathSync(at.folder), "data", "myid")}\nmyid=2\n`);
    expect(out).toContain("# dynamic:2\nserver.2=b:1:2;5181\n");
    expect(out).toContain("# dynamic:2\nclientPort=5181\n");
  });

  it("ends with 3 when the data folder is another server's", async () => {
    const alone = await start("--client-port=0", "--data-dir=data");
    alone.child.kill("SIGTERM");
    await alone.ended;
    const servers = [1, 2, 3].map((sid) => `--server=${sid}=127.0.0.1:${2887 + sid}:${3887 + sid}`);
    expect(run("serve", ...servers, "--myid=2", "--client-port=0", "--data-dir=data")).toMatchObject({
      code: 3,
      problem: expect.stringContaining(
        "This server is member 2 of its ensemble, as its myid says.\n" +
          "If this folder is the right one, correct myid; if not, choose this server's own with --data-dir.\n" +
          "The data of a server that ran alone counts as member 1's: in an ensemble only server.1 can go on with it.",
      ),
    });
  });

  it("ends with 3 when the data folder cannot be used", async () => {
    writeFileSync(join(at.folder, "file"), "");
    expect(run("serve", "--client-port=0", "--data-dir=file")).toMatchObject({ code: 3 });
    expect(run("serve", "--client-port=0", "--data-dir=gone", "--datadir-autocreate=false")).toMatchObject({
      code: 3,
      problem: expect.stringContaining("it does not exist"),
    });
    mkdirSync(join(at.folder, "zookeeper", "version-2"), { recursive: true });
    expect(run("serve", "--client-port=0", "--data-dir=zookeeper")).toMatchObject({
      code: 3,
      problem: expect.stringContaining("holds ZooKeeper's data"),
    });
    const server = await start("--client-port=0", "--data-dir=data");
    expect(run("serve", "--client-port=0", "--data-dir=data")).toMatchObject({
      code: 3,
      problem: expect.stringContaining(`${server.child.pid}`),
    });
  });

  it("ends with 1 and says what to do when the port is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    const { code, problem } = run("serve", `--client-port=${port}`);
    other.close();
    expect(code).toBe(1);
    expect(problem).toContain(`Port ${port} on 127.0.0.1 is taken`);
    expect(problem).toContain("--client-port");
  });

  it("remembers what a client was told is written, also when it is killed", async () => {
    const first = await start("--client-port=0", "--data-dir=data");
    expect(await talk(first.port, [createRequest(1, "/kept", "yes")])).toEqual([
      { xid: 1, error: 0, body: string("/kept") },
    ]);
    first.child.kill("SIGKILL");
    await first.ended;
    const second = await start("--client-port=0", "--data-dir=data");
    const [reply] = await talk(second.port, [getRequest(2, "/kept")]);
    expect(reply).toMatchObject({ xid: 2, error: 0 });
    expect(reply?.body.subarray(0, 7)).toEqual(string("yes"));
  });

  it.skipIf(!existsSync("/proc/self/task"))("gives storage eight threads", async () => {
    const server = await start("--client-port=0");
    const fewer = await start({ UV_THREADPOOL_SIZE: "2" }, "--client-port=0", "--data-dir=other");
    expect(threads(server.child.pid) - threads(fewer.child.pid)).toBe(6);
  });
});

describe("rookery dev", { timeout: 60_000 }, () => {
  it("starts a server, says when it is ready, does what is typed and stops all with 0", async () => {
    const ensemble = await startDev("--servers=1");
    await ensemble.said(`Ready. Clients connect to 127.0.0.1:${ensemble.clientPort}`);
    expect(await ask(ensemble.clientPort, "ruok")).toBe("imok");

    ensemble.type("?");
    await ensemble.said(/^· 1 +standalone +127\.0\.0\.1:\d+ +- +\d+ +0x\w+ +0$/m);
    ensemble.type("k 1");
    await ensemble.said("server 1 was killed: s 1 starts it again");
    ensemble.type("s 1");
    await ensemble.said("server 1 serves, alone");
    ensemble.type("p 1");
    await ensemble.said("server 1 is paused: p 1 resumes it");
    // Stopping wakes what is paused.
    ensemble.child.kill("SIGINT");
    await ensemble.said("server 1 has stopped");
    expect(await ensemble.ended).toEqual({ code: 0, signal: null });
    expect(readdirSync(join(at.folder, "rookery-dev"))).toEqual(["server-1"]);
  });

  it("tells of a server that dies, and ends with 1 when none is left", async () => {
    const ensemble = await startDev("--servers=1", "--", "--tick-time=soon");
    await ensemble.said("must be a whole number of milliseconds");
    await ensemble.said("server 1 has ended by itself with exit code 2: s 1 starts it again");
    expect(await ensemble.ended).toEqual({ code: 1, signal: null });
  });

  it("leaves no server behind when it is killed itself", async () => {
    const ensemble = await startDev("--servers=1", "--", "--nio-sessionless-cnxn-timeout=600000");
    await ensemble.said("Ready.");
    ensemble.type("?");
    const [, pid] = await ensemble.said(/^· 1 +standalone +\S+ +- +(\d+)/m);
    const client = connect(ensemble.clientPort, "127.0.0.1");
    await once(client, "connect");
    // The server closes its clients when it stops, and would keep this one for ten minutes.
    const closed = once(client.resume(), "close");
    ensemble.child.kill("SIGKILL");
    onTestFailed(() => void process.kill(Number(pid), "SIGKILL"));
    await closed;
  });

  it("touches nothing when a port is taken, and names one that is free", async () => {
    const other = createServer().listen(await freePorts(), "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    const { code, problem } = run("dev", `--client-port=${port - 1}`);
    other.close();
    expect(code).toBe(1);
    expect(problem).toMatch(new RegExp(`Port ${port} on 127\\.0\\.0\\.1 is taken, .* rookery dev --client-port \\d+`));
    expect(readdirSync(at.folder)).toEqual([]);
  });

  it("does not take over the data of an ensemble of another size", async () => {
    mkdirSync(join(at.folder, "rookery-dev", "server-1"), { recursive: true });
    expect(run("dev", `--client-port=${await freePorts()}`)).toMatchObject({
      code: 2,
      problem: expect.stringContaining("Say --servers 1, or --fresh to begin anew"),
    });
    expect(run("dev", "--servers=10")).toMatchObject({ code: 2, problem: expect.stringContaining("from 1 to 9") });
  });
});

function threads(pid: number | undefined): number {
  return readdirSync(`/proc/${pid}/task`).length;
}

function commandExists(name: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${name}`]).status === 0;
}
