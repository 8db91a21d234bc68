import { connect } from "@rookery/client";
import { startTestEnsemble, startTestServer } from "@rookery/server/testing";
import { describe, expect, it } from "vitest";
import { usePrograms } from "../support/processes.ts";

describe("the example session", () => {
  const programs = usePrograms("session");

  it("goes through its steps in order, and leaves nothing behind", async () => {
    await using server = await startTestServer();
    const { code, output, problems } = await programs.start(server.connectString).ended;
    expect({ code, problems }).toEqual({ code: 0, problems: "" });
    expect(output.match(/^\d+/gm)).toEqual(["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    expect(output).toContain('It says "good morning".');
    expect(output).toContain("Refused, BAD_VERSION");
    expect(output.match(/tells.*: (\w+)\.$/gm)?.map((line) => line.split(": ").at(-1))).toEqual([
      "changed.",
      "changed.",
      "deleted.",
      "created.",
    ]);
    expect(output).toContain("It went with its session: deleted.");
    await using observer = await connect(server.connectString);
    expect((await observer.getChildren("/examples/session")).children).toEqual([]);
  });

  it("keeps its session and its ephemeral znode when the server it is with dies", async () => {
    await using ensemble = await startTestEnsemble({ servers: 3 });
    const program = programs.start(ensemble.connectString, "--stay");
    const [, session] = await program.said(/granted session (0x[0-9a-f]+)/);
    const id = BigInt(session as string);
    await program.said("is there for as long as this session");
    const server = ensemble.servers.find(({ sessions }) => sessions.includes(id));
    await server?.kill();
    await program.said("the connection broke");
    await program.said(`session ${session}`);
    await program.said("The znode is still there.");
    const { code, output } = await program.end("SIGTERM");
    expect(code).toBe(0);
    expect(output).toContain("Disconnected");
  });

  it("says so when its session is over, and goes on in another", async () => {
    await using server = await startTestServer();
    const program = programs.start(server.connectString, "--stay");
    const [, session] = await program.said(/granted session (0x[0-9a-f]+)/);
    await program.said("is there for as long as this session");
    await server.expireSession(BigInt(session as string));
    await program.said("the session is over");
    await program.said("The znode went with its session.");
  });

  it("is given up by the servers after its session's time when it is killed", async () => {
    await using server = await startTestServer();
    const program = programs.start(server.connectString, "--stay", "--session-timeout-ms", "300");
    const [, path] = await program.said(/(\/\S+) is there for as long as this session/);
    await using observer = await connect(server.connectString);
    await using watch = await observer.watch(path as string);
    await program.end("SIGKILL");
    expect(await watch.next()).toEqual({ done: false, value: { type: "deleted", path } });
  });

  it("says how to start a server where there is none, and what it takes", async () => {
    const gone = await startTestServer();
    await gone.stop();
    const [nobody, unknown] = await Promise.all([
      programs.start(gone.connectString).ended,
      programs.start(gone.connectString, "--stays").ended,
    ]);
    expect(nobody.code).toBe(1);
    expect(nobody.problems).toContain(
      `No server grants a session at ${gone.connectString}. Start one with "pnpm start"`,
    );
    expect(unknown.code).toBe(2);
    expect(unknown.problems).toContain("Usage: node dist/session/main.js [--stay]");
  }, 20_000);
});
