import { describe, expect, it } from "vitest";
import { configure } from "./configuration.ts";
import { explain, shown, whyNotStarted } from "./serve.ts";

function error(code: string, message = "no", syscall = "listen"): Error {
  return Object.assign(new Error(message), { code, syscall });
}

describe("what a wrong setting is answered with", () => {
  it("is key, value, place and what is allowed, for all of them", () => {
    const outcome = configure({
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
    expect(configure({ flags: {}, variables: {}, file: { path: "again", text } })).toMatchObject({
      ok: true,
      configuration: { values: { dataDir: "C:\\data", tickTime: 2000 } },
    });
  });
});

describe("why a server did not start", () => {
  const why = (thrown: unknown) => whyNotStarted(thrown, "/data", "127.0.0.1", 2181);

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

  it("leaves to the log what nobody foresaw", () => {
    expect(why(new TypeError("x"))).toEqual({ code: 1, message: undefined });
  });
});

function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are made of them
  return text.replace(/\x1b\[\d+m/g, "");
}
