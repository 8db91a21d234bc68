import { describe, expect, it } from "vitest";
import { configure, type Said } from "./configuration.ts";
import { explain, shown, whyNotStarted } from "./serve.ts";

/** There are no other files. */
const read: Said["read"] = () => ({ text: undefined, missing: true, reason: "it does not exist" });

function error(code: string, message = "no", syscall = "listen"): Error {
  return Object.assign(new Error(message), { code, syscall });
}

describe("what a wrong setting is answered with", () => {
  it("is key, value, place and what is allowed, for all of them", () => {
    const outcome = configure({
      read,
      flags: { clientPort: "70000" },
      variables: {},
      file: { path: "zoo.cfg", text: 'tikTime=2000\nDigestAuthenticationProvider.superDigest=hunter2\na="\\u00zz' },
    });
    expect(outcome.ok ? "" : plain(explain(outcome.problems))).toBe(
      `4 settings are wrong, and the server does not start:

  (zoo.cfg:3)
    \\u must be followed by four hexadecimal digits (a plain backslash is \\\\)
  tikTime = "2000"  (zoo.cfg:1)
    is not a setting: did you mean tickTime?
  DigestAuthenticationProvider.superDigest = (hidden)  (zoo.cfg:2)
    must be NAME:DIGEST, the digest in base64 (28 characters with SHA1), not a password
  clientPort = "70000"  (flag --client-port)
    must be a port number from 0 to 65535

\`rookery settings\` explains every setting.`,
    );
  });
});

describe("what counts, shown", () => {
  it("is a configuration file again, with places, without secrets", () => {
    const outcome = configure({
      read,
      flags: { dataDir: "C:\\data" },
      variables: { ROOKERY_TICK_TIME: "2000" },
      file: {
        path: "zoo.cfg",
        text: "initLimit=5\nDigestAuthenticationProvider.superDigest=super:ikIaKsbtGweaHnb/jKn7OHqbunM=",
      },
    });
    if (!outcome.ok) throw new Error("refused");
    const text = shown(outcome.configuration);
    expect(text).toContain("# flag --data-dir\ndataDir=C:\\\\data\n");
    expect(text).toContain("# variable ROOKERY_TICK_TIME\ntickTime=2000\n");
    expect(text).toContain("# clientPort: 2181 (default)\n");
    expect(text).toContain("# DigestAuthenticationProvider.superDigest: hidden (zoo.cfg:2)\n");
    expect(text).toContain("# initLimit=5 (zoo.cfg:1) has no effect\n");
    expect(text).not.toContain("c2VjcmV0");
    expect(configure({ read, flags: {}, variables: {}, file: { path: "again", text } })).toMatchObject({
      ok: true,
      configuration: { values: { dataDir: "C:\\data", tickTime: 2000 } },
    });
  });
});

describe("what counts of an ensemble, shown", () => {
  it("is a configuration file that says the same without the dynamic one", () => {
    const lines = "server.1=a:1:2;2181\nserver.2=b:1:2\nserver.3=c:1:2\nweight.2=2\n";
    const files: Readonly<Record<string, string>> = { "/data/myid": "1", "/dyn": lines };
    const reading: Said["read"] = (path) => {
      const text = files[path];
      return text === undefined ? read(path) : { text };
    };
    const said = { flags: { dataDir: "/data" }, variables: { ROOKERY_DYNAMIC_CONFIG_FILE: "/dyn" } };
    const first = configure({ ...said, read: reading, file: undefined });
    if (!first.ok) throw new Error(JSON.stringify(first.problems));
    const text = shown(first.configuration);
    expect(text).toContain("# /data/myid\nmyid=1\n");
    expect(text).toContain("# /dyn:1\nserver.1=a:1:2;2181\n");
    expect(text).toContain("# /dyn:1\nclientPort=2181\n");
    const again = configure({ flags: {}, variables: {}, read: reading, file: { path: "again", text } });
    expect(again).toMatchObject({ ok: true, configuration: { ensemble: first.configuration.ensemble } });
  });
});

describe("why a server did not start", () => {
  const attempt = { folder: "/data", host: "127.0.0.1", port: 2181, own: undefined };
  const why = (thrown: unknown) => whyNotStarted(thrown, attempt);

  it("names a taken port and what to do", () => {
    expect(why(error("EADDRINUSE"))).toEqual({
      code: 1,
      message:
        "Port 2181 on 127.0.0.1 is taken by another program, perhaps another server.\n" +
        "Stop that one, or choose another port: rookery serve --client-port 2182",
    });
  });

  it("names an address that is not this machine's, and a port that needs rights", () => {
    expect(why(error("EADDRNOTAVAIL")).message).toContain("127.0.0.1 is not an address of this machine");
    expect(why(error("EACCES")).message).toContain("may not listen on port 2181");
  });

  it("says of a data folder that cannot be used what storage says, with ZooKeeper's exit code", () => {
    expect(why(error("LOCKED", "another process holds it"))).toEqual({
      code: 3,
      message: "The data folder /data cannot be used.\nAnother process holds it.",
    });
  });

  describe("in an ensemble", () => {
    const own = {
      ...({ sid: 2, role: "participant", host: "10.0.0.2", peerPort: 2888, electionPort: 3888 } as const),
      ...{ clientHost: undefined, clientPort: 2181, weight: 1, group: 0 },
    };
    const whyOf = (thrown: Error, port?: number) =>
      whyNotStarted(port === undefined ? thrown : Object.assign(thrown, { port }), { ...attempt, own });

    it("tells the port for the other servers from that for clients", () => {
      expect(whyOf(error("EADDRINUSE"), 2181).message).toContain("Port 2181 on 127.0.0.1 is taken");
      expect(whyOf(error("EADDRINUSE"), 2888)).toEqual({
        code: 1,
        message:
          "Port 2888 on 10.0.0.2, for the other servers, is taken by another program.\n" +
          "Stop that one, or choose another first port in server.2, on every server of the ensemble.",
      });
      expect(whyOf(error("EADDRNOTAVAIL"), 2888).message).toContain("so server.2 cannot listen on it for the others");
      expect(whyOf(error("EACCES"), 2888).message).toContain("may not listen on port 2888");
    });

    it("says whose the folder is", () => {
      const thrown = error("UNUSABLE", "/data belongs to member 1 of ensemble 0, and this is member 2 of 0.");
      expect(whyOf(thrown).message).toContain("This server is member 2 of its ensemble, as its myid says.");
      expect(whyOf(thrown).message).toContain("The data of a server that ran alone counts as member 1's");
      const third = error("UNUSABLE", "/data belongs to member 3 of ensemble 0, and this is member 2 of 0.");
      expect(whyOf(third).message).toMatch(/choose this server's own with --data-dir\.$/);
      expect(why(thrown).message).toContain(
        "This server has no server.N lines, so it runs alone and counts as member 1.",
      );
    });

    it("says what consensus says of a disk that may not take part", () => {
      for (const code of ["emptied", "rolledBack", "diverged"]) {
        expect(whyOf(error(code, "the log ends too early. Empty the folder"))).toEqual({
          code: 1,
          message:
            "The server cannot take part in its ensemble with its data in /data.\n" +
            "The log ends too early. Empty the folder.",
        });
      }
    });
  });

  it("leaves to the log what nobody foresaw", () => {
    expect(why(new TypeError("x"))).toEqual({ code: 1, message: undefined });
  });
});

function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are made of them
  return text.replace(/\x1b\[\d+m/g, "");
}
