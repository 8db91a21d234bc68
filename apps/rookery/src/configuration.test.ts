import { DEFAULT_OPTIONS } from "@rookery/server";
import { describe, expect, it } from "vitest";
import { type Configuration, configure, type Said } from "./configuration.ts";
import { dashed, SETTING_KEYS, serverOptions, variableOf } from "./settings.ts";

interface Saying extends Partial<Pick<Said, "flags" | "numberedFlags" | "variables">> {
  readonly file?: string;
  /** Other files, by path. */
  readonly files?: Readonly<Record<string, string>>;
}

function say({ file, files = {}, ...rest }: Saying): Said {
  const read: Said["read"] = (path) => {
    const text = files[path];
    return text === undefined ? { text, missing: true, reason: "it does not exist" } : { text };
  };
  const zooCfg = file === undefined ? undefined : { path: "zoo.cfg", text: file };
  return { flags: {}, variables: {}, read, ...rest, file: zooCfg };
}

function accepted(said: Saying): Configuration {
  const outcome = configure(say(said));
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
  return outcome.configuration;
}

/** Each as: place | key = value | message. */
function refused(said: Saying | string): readonly string[] {
  const outcome = configure(say(typeof said === "string" ? { file: said } : said));
  return outcome.ok ? [] : outcome.problems.map((it) => `${it.place} | ${it.key} = ${it.value} | ${it.message}`);
}

describe("names", () => {
  it("of flags and variables follow from the key", () => {
    const named = Object.fromEntries(SETTING_KEYS.map((key) => [key, `${dashed(key)} ${variableOf(key)}`]));
    expect(named).toMatchObject({
      tickTime: "tick-time ROOKERY_TICK_TIME",
      skipACL: "skip-acl ROOKERY_SKIP_ACL",
      quorumListenOnAllIPs: "quorum-listen-on-all-ips ROOKERY_QUORUM_LISTEN_ON_ALL_IPS",
      "jute.maxbuffer": "jute-maxbuffer ROOKERY_JUTE_MAXBUFFER",
      "4lw.commands.whitelist": "4lw-commands-whitelist ROOKERY_4LW_COMMANDS_WHITELIST",
      "DigestAuthenticationProvider.superDigest":
        "digest-authentication-provider-super-digest ROOKERY_DIGEST_AUTHENTICATION_PROVIDER_SUPER_DIGEST",
      "znode.container.maxNeverUsedIntervalMs":
        "znode-container-max-never-used-interval-ms ROOKERY_ZNODE_CONTAINER_MAX_NEVER_USED_INTERVAL_MS",
    });
    expect(new Set(Object.values(named)).size).toBe(SETTING_KEYS.length);
  });
});

describe("who wins", () => {
  const file = "tickTime=1000\nclientPort=1001\ndataDir=/file";
  const variables = { ROOKERY_CLIENT_PORT: "2002", ROOKERY_DATA_DIR: "/variable" };

  it("a flag over a variable over the file over the default", () => {
    const { values, origins } = accepted({ file, variables, flags: { dataDir: "/flag" } });
    expect(values).toEqual({ tickTime: 1000, clientPort: 2002, dataDir: "/flag" });
    expect([...origins.values()].map(({ key, place }) => `${key}: ${place}`)).toEqual([
      "tickTime: zoo.cfg:1",
      "clientPort: variable ROOKERY_CLIENT_PORT",
      "dataDir: flag --data-dir",
    ]);
  });

  it("and what is hidden is checked all the same", () => {
    expect(refused({ file: "tickTime=soon", flags: { tickTime: "2000" } })).toEqual([
      "zoo.cfg:1 | tickTime = soon | must be a whole number of milliseconds from 1 to 2147483647",
    ]);
  });

  it("an empty variable says nothing", () => {
    expect(accepted({ variables: { ROOKERY_TICK_TIME: "" } }).values).toEqual({});
  });

  it("a bare flag says yes", () => {
    expect(accepted({ flags: { enforceQuota: true, skipACL: true } }).values).toEqual({
      enforceQuota: true,
      skipACL: "yes",
    });
  });

  it("of two equal keys in a file the later, with a warning if they differ", () => {
    const { values, warnings } = accepted({ file: "tickTime=1\nzookeeper.tickTime=2\nclientPort=3\nclientPort=3" });
    expect(values).toEqual({ tickTime: 2, clientPort: 3 });
    expect(warnings).toEqual(["tickTime stands twice: zoo.cfg:2 counts, zoo.cfg:1 does not"]);
  });
});

describe("what the server is told", () => {
  const options = (file: string) => serverOptions(accepted({ file }).values, true);

  it("is nothing when nothing was said", () => {
    expect(serverOptions({}, false)).toEqual({});
  });

  it("is every setting, in the server's words", () => {
    expect(
      options(`
        clientPort=2182
        clientPortAddress=10.0.0.1
        clientPortListenBacklog=5
        tickTime=2000
        minSessionTimeout=4000
        maxSessionTimeout=40000
        maxClientCnxns=0
        maxCnxns=7
        jute.maxbuffer=0x400000
        globalOutstandingLimit=10
        outputBytesPause=64k
        outputBytesMax=1m
        nio.sessionlessCnxnTimeout=5000
        extendedTypesEnabled=FALSE
        znode.container.checkIntervalMs=1
        znode.container.maxPerMinute=2
        znode.container.maxNeverUsedIntervalMs=0
        enforceQuota=true
        skipACL=yes
        DigestAuthenticationProvider.enabled=false
        DigestAuthenticationProvider.superDigest=super:xQJmxLMiHGwaqBvst5y6rkB6HQs=
        DigestAuthenticationProvider.digestAlg=SHA-256
        enforce.auth.enabled=true
        enforce.auth.schemes=digest, ip
        4lw.commands.whitelist=ruok, mntr
        reconfigEnabled=true
        cacheBytesMax=1g
      `),
    ).toEqual({
      clientPort: 2182,
      clientPortAddress: "10.0.0.1",
      clientPortListenBacklog: 5,
      tickTimeMs: 2000,
      minSessionTimeoutMs: 4000,
      maxSessionTimeoutMs: 40_000,
      maxClientConnections: 0,
      maxConnections: 7,
      frameBytesMax: 4_194_304,
      globalOutstandingLimit: 10,
      outputBytesPause: 65_536,
      outputBytesMax: 1_048_576,
      sessionlessTimeoutMs: 5000,
      extendedTypes: false,
      containerCheckIntervalMs: 1,
      containersPerMinuteMax: 2,
      containerNeverUsedMs: 0,
      enforceQuota: true,
      skipAcl: true,
      digestEnabled: false,
      superDigest: "super:xQJmxLMiHGwaqBvst5y6rkB6HQs=",
      digestAlgorithm: "sha256",
      enforceAuthSchemes: ["digest", "ip"],
      fourLetterWords: ["ruok", "mntr"],
      reconfigEnabled: true,
      cacheBytesMax: 1_073_741_824,
    });
  });

  it("leaves none of the server's options without a setting, but for folder and ensemble, which are put together", () => {
    const file = SETTING_KEYS.map((key) => `${key}=${EXAMPLES[key] ?? "1"}`)
      .filter((line) => !line.startsWith("dynamicConfigFile"))
      .join("\n");
    expect([...Object.keys(options(file)), "dataFolder", "ensemble"].sort()).toEqual(
      Object.keys(DEFAULT_OPTIONS).sort(),
    );
  });

  it("takes ZooKeeper's -1 for the default", () => {
    const file = "clientPortAddress=h\nminSessionTimeout=-1\nmaxSessionTimeout=-1\nclientPortListenBacklog=-1";
    expect(options(file)).toEqual({ clientPortAddress: "h" });
  });

  it("listens on every address when a configuration file names none, as ZooKeeper does", () => {
    expect(options("clientPort=2181")).toEqual({ clientPort: 2181, clientPortAddress: "0.0.0.0" });
  });

  it("takes * for all four-letter words", () => {
    expect(options("4lw.commands.whitelist=*")).toMatchObject({ fourLetterWords: "*" });
  });
});

describe("refusals", () => {
  it("name all problems at once, each with its place and what is allowed", () => {
    const said = {
      file: "tickTime=soon\nclientPort=65536\nenforceQuota=yes",
      variables: { ROOKERY_MAX_CLIENT_CNXNS: "-5" },
      flags: { "4lw.commands.whitelist": "ruok,rook" },
    };
    expect(refused(said)).toEqual([
      "zoo.cfg:1 | tickTime = soon | must be a whole number of milliseconds from 1 to 2147483647",
      "zoo.cfg:2 | clientPort = 65536 | must be a port number from 0 to 65535",
      "zoo.cfg:3 | enforceQuota = yes | must be true or false",
      "variable ROOKERY_MAX_CLIENT_CNXNS | maxClientCnxns = -5 | must be a whole number from 0 to 2147483647",
      "flag --4lw-commands-whitelist | 4lw.commands.whitelist = ruok,rook | must be * for all, or a comma-separated " +
        "list of conf, cons, crst, dirs, dump, envi, gtmk, hash, isro, lsnp, mntr, orst, ruok, srst, srvr, stat, " +
        "stmk, wchc, wchp and wchs",
    ]);
  });

  it("suggest what may have been meant", () => {
    expect(refused("tikTime=1\nticktime=1\nsnapcount=1\nfrobnicate=1\nznode.container.checkInterval=1")).toEqual([
      "zoo.cfg:1 | tikTime = 1 | is not a setting: did you mean tickTime?",
      "zoo.cfg:2 | ticktime = 1 | is not a setting: did you mean tickTime?",
      "zoo.cfg:3 | snapcount = 1 | is not a setting: did you mean snapCount?",
      "zoo.cfg:4 | frobnicate = 1 | is not a setting",
      "zoo.cfg:5 | znode.container.checkInterval = 1 | is not a setting: did you mean znode.container.checkIntervalMs?",
    ]);
  });

  it("of TLS and SASL say that they are not there yet", () => {
    const file = `sslQuorum=true
quorum.auth.enableSasl=true
secureClientPort=2281
ssl.keyStore.location=/k
authProvider.1=org.apache.zookeeper.server.auth.SASLAuthenticationProvider
authProvider.2=com.example.Mine`;
    expect(refused(file)).toEqual([
      "zoo.cfg:1 | sslQuorum = true | TLS between servers is not supported yet: keep their ports in a network of their " +
        "own, or leave this key out",
      "zoo.cfg:2 | quorum.auth.enableSasl = true | SASL between servers is not supported yet: keep their ports in a " +
        "network of their own, or leave this key out",
      "zoo.cfg:3 | secureClientPort = 2281 | TLS is not supported yet; put a TLS proxy in front, or leave this key out",
      "zoo.cfg:4 | ssl.keyStore.location = /k | TLS is not supported yet; put a TLS proxy in front, or leave this key out",
      "zoo.cfg:5 | authProvider.1 = org.apache.zookeeper.server.auth.SASLAuthenticationProvider | SASL is not supported " +
        "yet; clients can authenticate with the digest scheme",
      "zoo.cfg:6 | authProvider.2 = com.example.Mine | a Java class cannot be loaded here; the schemes there are: world, " +
        "auth, digest and ip",
    ]);
  });

  it("weigh settings against each other", () => {
    expect(refused("tickTime=1000\nmaxSessionTimeout=1500")).toEqual([
      "zoo.cfg:2 | maxSessionTimeout = 1500 | leaves no session timeout: the shortest would be 2000 ms and the longest 1500 ms",
    ]);
    expect(refused("enforce.auth.enabled=true")).toEqual([
      "zoo.cfg:1 | enforce.auth.enabled = true | needs enforce.auth.schemes, which says how clients must authenticate",
    ]);
    expect(refused("outputBytesPause=2m\noutputBytesMax=1m")).toEqual([
      "zoo.cfg:1 | outputBytesPause = 2m | must not exceed outputBytesMax (1048576)",
    ]);
  });

  it("of skipACL=true keep ACLs on, since ZooKeeper knows only yes", () => {
    expect(refused("skipACL=true")).toEqual(["zoo.cfg:1 | skipACL = true | must be yes or no"]);
  });

  it("mark what must not be shown", () => {
    const outcome = configure(say({ file: "DigestAuthenticationProvider.superDigest=hunter2" }));
    expect(outcome).toMatchObject({ ok: false, problems: [{ secret: true }] });
  });

  it("name the line of a text that is no property", () => {
    expect(refused("tickTime=1\ndataDir=C:\\users\n")).toEqual([
      "zoo.cfg:2 |  =  | \\u must be followed by four hexadecimal digits (a plain backslash is \\\\)",
    ]);
  });
});

describe("ZooKeeper's other keys", () => {
  it("may stay when they mean nothing here", () => {
    const file = `
      initLimit=10
      syncLimit=5
      snapCount=100000
      preAllocSize=65536
      autopurge.snapRetainCount=3
      autopurge.purgeInterval=1
      metricsProvider.className=org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider
      admin.serverPort=0
      zookeeper.admin.enableServer=true
      serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory
      quorumListenOnAllIPs=true
      authProvider.1=org.apache.zookeeper.server.auth.DigestAuthenticationProvider
      electionAlg=3
      peerType=participant
      sslQuorum=false
    `;
    const { withoutEffect, values } = accepted({ file });
    expect(withoutEffect.map(({ key }) => key)).toEqual([
      ...["snapCount", "preAllocSize", "autopurge.snapRetainCount", "autopurge.purgeInterval"],
      ...["metricsProvider.className", "admin.serverPort", "admin.enableServer", "serverCnxnFactory"],
      ...["authProvider.1", "electionAlg", "sslQuorum"],
      // Of ensembles, and this server stands alone.
      ...["peerType", "initLimit", "syncLimit", "quorumListenOnAllIPs"],
    ]);
    expect(values).toEqual({});
  });

  it("warn when the operator should know", () => {
    expect(accepted({ file: "dataDir=/data\ndataLogDir=/datalog" }).warnings).toEqual([
      "dataLogDir has no effect: the log is kept under dataDir, beside the state (zoo.cfg:2)",
    ]);
  });

  it("include a lone server line, whose client address counts", () => {
    expect(accepted({ file: "server.1=localhost:2888:3888;2183" }).values).toEqual({ clientPort: 2183 });
    expect(accepted({ file: "server.1=localhost:2888:3888" }).withoutEffect).toHaveLength(1);
    expect(accepted({ file: "server.3=a:1:2:participant;10.0.0.1:2184" }).values).toEqual({
      clientPort: 2184,
      clientPortAddress: "10.0.0.1",
    });
    expect(accepted({ file: "server.1=[::1]:2888:3888;[::1]:2184" }).values).toMatchObject({
      clientPortAddress: "::1",
    });
    expect(refused("clientPort=2181\nserver.1=localhost:2888:3888;2183")).toEqual([
      "zoo.cfg:1 | clientPort = 2181 | contradicts server.1 = localhost:2888:3888;2183 (zoo.cfg:2): leave one of them",
    ]);
    expect(refused("server.1=a:1:2:observer")).toEqual([
      "zoo.cfg:1 | server.1 = a:1:2:observer | this server runs alone and cannot observe another",
    ]);
    expect(refused("peerType=observer")).toHaveLength(1);
    expect(accepted({ file: "server.1=a:1:2;2183", flags: { clientPort: "7" } }).values).toEqual({ clientPort: 7 });
    expect(accepted({ file: "clientPort=7", numberedFlags: { server: ["1=a:1:2;2183"] } }).values).toEqual({
      clientPort: 2183,
    });
  });
});

describe("an ensemble", () => {
  const lines = "server.1=a:2888:3888;2181\nserver.2=b:2888:3888;2182\nserver.3=c:2888:3888:observer;10.0.0.3:2183\n";
  const myid = (text: string) => ({ "/data/myid": text });
  const member = (file: string, id = "1") =>
    accepted({ file: `${lines}dataDir=/data\n${file}`, files: myid(`${id}\n`) });

  it("is what the server is told, with ZooKeeper's sample as defaults", () => {
    const { ensemble, values, withoutEffect } = member("", "3");
    expect(ensemble).toEqual({
      sid: 3,
      members: [
        expect.objectContaining({ sid: 1, host: "a", role: "participant", clientPort: 2181 }),
        expect.objectContaining({ sid: 2, host: "b", peerPort: 2888, electionPort: 3888 }),
        expect.objectContaining({ sid: 3, host: "c", role: "observer", clientHost: "10.0.0.3", weight: 1, group: 0 }),
      ],
      initLimit: 10,
      syncLimit: 5,
      electionTimeoutMs: undefined,
      listenOnAllIps: false,
      readOnly: false,
      localSessions: false,
      localSessionsUpgrading: false,
      leaderServes: true,
    });
    // The own line says where clients connect.
    expect(values).toMatchObject({ clientPort: 2183, clientPortAddress: "10.0.0.3" });
    expect(withoutEffect).toEqual([]);
  });

  it("is told every setting, in the server's words", () => {
    const file = `initLimit=7
      syncLimit=3
      electionTimeout=1500
      quorumListenOnAllIPs=true
      zookeeper.readonlymode.enabled=true
      localSessionsEnabled=true
      localSessionsUpgradingEnabled=true
      leaderServes=no
      weight.1=2
      group.1=1:2`;
    const { ensemble } = member(file);
    expect(ensemble).toMatchObject({
      ...{ initLimit: 7, syncLimit: 3, electionTimeoutMs: 1500, listenOnAllIps: true, readOnly: true },
      ...{ localSessions: true, localSessionsUpgrading: true, leaderServes: false },
    });
    expect(ensemble?.members.map(({ weight, group }) => [weight, group])).toEqual([
      [2, 1],
      [1, 1],
      [1, 0],
    ]);
  });

  it("keeps quiet about keys that ZooKeeper has for the work behind it", () => {
    const keys = ["cnxTimeout", "electionPortBindRetry", "tcpKeepAlive", "quorumCnxnTimeoutMs", "syncEnabled"];
    keys.push("connectToLearnerMasterLimit", "leader.maxTimeToWaitForEpoch", "electionAlg");
    const { withoutEffect } = member(keys.map((key) => `${key}=3`).join("\n"));
    expect(withoutEffect.map(({ key }) => key)).toEqual(keys);
  });

  it("is said by flags and variables as well, and the strongest place is the only one that counts", () => {
    const sids = (saying: Saying) => {
      const { ensemble } = accepted({ flags: { myid: "2" }, ...saying });
      return ensemble?.members.map(({ sid, host }) => `${sid}=${host}`).join(" ");
    };
    const numberedFlags = { server: ["2=f:1:2;5", "4=g:1:2;6"] };
    const variables = { ROOKERY_SERVERS: "1=v:1:2;5, server.2=w:1:2;6\n 3=x:1:2:observer;7" };
    expect(sids({ file: lines })).toBe("1=a 2=b 3=c");
    expect(sids({ file: lines, variables })).toBe("1=v 2=w 3=x");
    expect(sids({ file: lines, variables, numberedFlags })).toBe("2=f 4=g");
    expect(refused({ file: "server.1=a", numberedFlags: { server: ["1=a:1:2"] } })).toEqual([
      "zoo.cfg:1 | server.1 = a | must be HOST:PORT:PORT[:participant|observer][;[CLIENTHOST:]CLIENTPORT]",
    ]);
    expect(refused({ numberedFlags: { server: ["a:1:2"] }, variables: { ROOKERY_GROUPS: "1:2" } })).toEqual([
      "variable ROOKERY_GROUPS | group = 1:2 | must be N=…, as 1=1:2:3",
      "flag --server | server = a:1:2 | must be N=…, as 1=10.0.0.1:2888:3888;2181",
    ]);
  });

  it("can stand in the file that dynamicConfigFile names", () => {
    const file = "dynamicConfigFile=/zoo.cfg.dynamic.100000000\ndataDir=/data";
    const files = { ...myid("2"), "/zoo.cfg.dynamic.100000000": `${lines}version=100000000` };
    const { ensemble, values } = accepted({ file, files });
    expect(ensemble).toMatchObject({ sid: 2, members: [{ sid: 1 }, { sid: 2 }, { sid: 3 }] });
    expect(values).toMatchObject({ clientPort: 2182 });
  });

  it("in a dynamic file is refused when that is not one, or not all", () => {
    const files = { "/dyn": `${lines}tickTime=1\nversion=x`, "/empty": "version=1", ...myid("1") };
    expect(refused({ file: "dynamicConfigFile=/dyn\nserver.4=d:1:2\ndataDir=/data", files })).toEqual([
      "zoo.cfg:2 | server.4 = d:1:2 | belongs into dynamicConfigFile = /dyn (zoo.cfg:1)",
      "/dyn:4 | tickTime = 1 | does not belong into the file that dynamicConfigFile names",
      "/dyn:5 | version = x | must be a hexadecimal number, as ZooKeeper writes it",
    ]);
    expect(refused({ file: "dynamicConfigFile=/empty", files })).toEqual([
      "zoo.cfg:1 | dynamicConfigFile = /empty | names a file without server.N lines",
    ]);
    expect(refused({ file: "dynamicConfigFile=/gone" })).toEqual([
      "zoo.cfg:1 | dynamicConfigFile = /gone | cannot be read: it does not exist",
    ]);
    expect(refused("version=1")).toEqual([
      "zoo.cfg:1 | version = 1 | belongs into the file that dynamicConfigFile names",
    ]);
  });

  it("needs a myid, and says how to make it", () => {
    const file = `${lines}dataDir=/my data`;
    expect(refused({ file })).toEqual([
      "/my data/myid |  =  | is missing: it holds this server's id. Make it, here for server 1 of 1, 2, 3: " +
        "mkdir -p '/my data' && echo 1 > '/my data/myid'",
    ]);
    expect(accepted({ file, flags: { myid: "2" } }).ensemble?.sid).toBe(2);
    expect(accepted({ file, variables: { ROOKERY_MYID: "2" } }).ensemble?.sid).toBe(2);
  });

  it("refuses a myid that is no number, out of bounds, nobody's, or another than the file's", () => {
    const file = `${lines}dataDir=/data`;
    for (const wrong of ["", "one", "0", "256", "1 2"]) {
      expect(refused({ file, files: myid(wrong) })).toEqual([
        `/data/myid | myid = ${wrong} | must be a whole number from 1 to 255`,
      ]);
    }
    expect(refused({ file, files: myid("7\n") })).toEqual([
      "/data/myid | myid = 7 | is not the id of any of the servers: there are 1, 2, 3",
    ]);
    expect(refused({ file, files: myid("1"), flags: { myid: "2" } })).toEqual([
      'flag --myid | myid = 2 | contradicts "1" in /data/myid: leave one of them',
    ]);
    expect(accepted({ file, files: myid("2"), flags: { myid: "2" } }).ensemble?.sid).toBe(2);
    const read: Said["read"] = () => ({ text: undefined, missing: false, reason: "this user may not" });
    expect(configure({ ...say({ file, flags: { myid: "2" } }), read })).toMatchObject({
      problems: [{ place: "/data/myid", message: "cannot be read: this user may not" }],
    });
  });

  it("refuses a client port other than the own line's, wherever it is said", () => {
    const contradicts = "contradicts server.1 = a:2888:3888;2181 (zoo.cfg:1): leave one of them";
    const saying = { file: `${lines}dataDir=/data`, files: myid("1") };
    expect(refused({ ...saying, file: `${saying.file}\nclientPort=2000` })).toEqual([
      `zoo.cfg:5 | clientPort = 2000 | ${contradicts}`,
    ]);
    expect(refused({ ...saying, flags: { clientPort: "2000" } })).toEqual([
      `flag --client-port | clientPort = 2000 | ${contradicts}`,
    ]);
    expect(accepted({ ...saying, flags: { clientPort: "02181" } }).values.clientPort).toBe(2181);
    expect(refused({ ...saying, files: myid("3"), flags: { clientPortAddress: "10.0.0.9" } })).toHaveLength(1);
    // Every address is no contradiction; the line says it more exactly, and counts as with ZooKeeper.
    const everywhere = accepted({ ...saying, files: myid("3"), flags: { clientPortAddress: "0.0.0.0" } });
    expect(everywhere.values.clientPortAddress).toBe("10.0.0.3");
  });

  it("refuses the first port of its own line as its client port, and says what to do", () => {
    const both = "clients and the other servers each need a port of their own: choose another for one of them";
    const servers = (own: string) => `dataDir=/data\nserver.1=${own}\nserver.2=b:2888:3888`;
    const problems = (own: string, saying: Partial<Saying> = {}) =>
      refused({ files: myid("1"), ...saying, file: `${servers(own)}\n${saying.file ?? ""}` });
    expect(problems("a:2888:3888", { file: "clientPort=2888" })).toEqual([
      `zoo.cfg:4 | clientPort = 2888 | is the first port of server.1 = a:2888:3888 (zoo.cfg:2), this server; ${both}`,
    ]);
    expect(problems("a:2888:3888", { flags: { clientPort: "2888" } })).toEqual([
      `flag --client-port | clientPort = 2888 | is the first port of server.1 = a:2888:3888 (zoo.cfg:2), this server; ${both}`,
    ]);
    expect(problems("a:2888:3888;2888")).toEqual([
      `zoo.cfg:2 | server.1 = a:2888:3888;2888 | makes 2888 its first port and this server's port for clients; ${both}`,
    ]);
    // Nobody said a client port: the default counts.
    expect(problems("a:2181:3888")).toEqual([
      `zoo.cfg:2 | server.1 = a:2181:3888 | makes 2181 its first port and this server's port for clients; ${both}`,
    ]);
    // The second port is nobody's, and another server's first port is elsewhere.
    expect(problems("a:2889:3888;3888")).toEqual([]);
    expect(problems("a:2889:3888;2888")).toEqual([]);
  });

  it("may share the number of its two ports between two addresses, if both are known", () => {
    const problems = (own: string, more = "") =>
      refused({ file: `dataDir=/data\nserver.1=${own}\nserver.2=b:2888:3888\n${more}`, files: myid("1") });
    expect(problems("10.0.0.1:2888:3888;10.0.1.1:2888")).toEqual([]);
    for (const own of [
      "10.0.0.1:2888:3888;10.0.0.1:2888",
      "a:2888:3888;10.0.1.1:2888",
      "10.0.0.1:2888:3888;0.0.0.0:2888",
    ])
      expect(problems(own), own).toHaveLength(1);
    expect(problems("10.0.0.1:2888:3888;10.0.1.1:2888", "quorumListenOnAllIPs=true")).toHaveLength(1);
  });

  it("warns of a read-only mode that could take no clients", () => {
    const { warnings } = member("readonlymode.enabled=true");
    expect(warnings.join()).toContain("readonlymode.enabled=true (zoo.cfg:5) without localSessionsEnabled");
    expect(member("readonlymode.enabled=true\nlocalSessionsEnabled=true").warnings.join()).not.toContain(
      "readonlymode",
    );
    expect(member("localSessionsEnabled=true").warnings.join()).not.toContain("readonlymode");
  });

  it("warns of a peerType that its line contradicts, and goes by the line", () => {
    expect(member("peerType=OBSERVER", "3").warnings.join()).not.toContain("peerType");
    const { warnings, ensemble } = member("peerType=observer", "1");
    expect(warnings).toContain("peerType=observer (zoo.cfg:5) has no effect: server.1 says participant (zoo.cfg:1)");
    expect(ensemble?.members[0]?.role).toBe("participant");
  });

  it("has an election timeout within syncLimit ticks", () => {
    const wrong = (file: string) => refused({ file: `${lines}dataDir=/data\n${file}`, files: myid("1") });
    expect(wrong("tickTime=100\nelectionTimeout=500")).toEqual([
      "zoo.cfg:6 | electionTimeout = 500 | must be less than syncLimit × tickTime, which is 5 × 100 = 500 ms",
    ]);
    expect(wrong("tickTime=100\nelectionTimeout=499")).toEqual([]);
    expect(wrong("electionTimeout=99")).toEqual([
      "zoo.cfg:5 | electionTimeout = 99 | must be a whole number of milliseconds from 100 to 2147483647",
    ]);
    expect(wrong("tickTime=20")).toEqual([
      "zoo.cfg:5 | tickTime = 20 | makes syncLimit × tickTime 100 ms: it must be more than 100 ms",
    ]);
  });

  it("of one is a standalone server, unless standaloneEnabled says otherwise", () => {
    const file = "server.1=a:1:2;2181\nweight.1=2";
    const alone = accepted({ file });
    expect(alone.ensemble).toBeUndefined();
    expect(alone.withoutEffect.map(({ key }) => key)).toEqual(["weight.1"]);
    const one = accepted({ file, flags: { standaloneEnabled: "false", myid: "1" } });
    expect(one.ensemble?.members).toHaveLength(1);
    expect(refused("standaloneEnabled=false")).toHaveLength(1);
    expect(refused("standaloneEnabled=false\nserver.1=a:1:2:observer")).not.toHaveLength(0);
  });

  it("refuses what there is not yet, and what ZooKeeper refuses", () => {
    expect(refused("electionAlg=1\nobserverMasterPort=2191\noraclePath=/o\nssl.quorum.keyStore.location=/k")).toEqual([
      "zoo.cfg:1 | electionAlg = 1 | must be 3, as in ZooKeeper",
      expect.stringContaining("observerMasterPort = 2191 | observers that follow a follower are not supported"),
      expect.stringContaining("oraclePath = /o | an oracle for two servers is not supported"),
      expect.stringContaining("ssl.quorum.keyStore.location = /k | TLS between servers is not supported yet"),
    ]);
    expect(refused("sever.1=a:1:2")).toEqual([
      "zoo.cfg:1 | sever.1 = a:1:2 | is not a setting: did you mean server.1?",
    ]);
    expect(refused({ variables: { ROOKERY_SERVER: "1=a:1:2" } })).toEqual([
      expect.stringContaining("did you mean ROOKERY_SERVERS?"),
    ]);
  });
});

describe("variables", () => {
  it("that look like a misspelt one are refused, others only mentioned", () => {
    expect(refused({ variables: { ROOKERY_TICKTIME: "1", ROOKERY_PORT: "1" } })).toEqual([
      "variable ROOKERY_TICKTIME | ROOKERY_TICKTIME = 1 | is not a setting: did you mean ROOKERY_TICK_TIME?",
    ]);
    expect(accepted({ variables: { ROOKERY_MAIN: "x" } }).warnings).toEqual([
      "variable ROOKERY_MAIN is not a setting and has no effect",
    ]);
  });

  it("of ZooKeeper's other keys are judged as in a file", () => {
    expect(accepted({ variables: { ROOKERY_INIT_LIMIT: "5" } }).withoutEffect).toHaveLength(1);
    expect(refused({ variables: { ROOKERY_SECURE_CLIENT_PORT: "2281" } })).toHaveLength(1);
  });

  it("that Kubernetes makes for a service are not ours", () => {
    const variables = {
      ROOKERY_CLIENT_PORT: "tcp://10.0.0.7:2181",
      ROOKERY_SERVICE_HOST: "10.0.0.7",
      ROOKERY_SERVICE_PORT_CLIENT: "2181",
      ROOKERY_PORT_2181_TCP_ADDR: "10.0.0.7",
    };
    expect(accepted({ variables })).toMatchObject({ values: {}, warnings: [] });
  });
});

/** A value each setting takes, where 1 is none. */
const EXAMPLES: Readonly<Record<string, string>> = {
  "datadir.autocreate": "true",
  extendedTypesEnabled: "true",
  enforceQuota: "true",
  skipACL: "no",
  "DigestAuthenticationProvider.enabled": "true",
  "DigestAuthenticationProvider.superDigest": "super:ikIaKsbtGweaHnb/jKn7OHqbunM=",
  "DigestAuthenticationProvider.digestAlg": "SHA1",
  "enforce.auth.enabled": "true",
  "enforce.auth.schemes": "ip",
  "4lw.commands.whitelist": "*",
  reconfigEnabled: "true",
  logLevel: "info",
  minSessionTimeout: "1",
  maxSessionTimeout: "1",
  electionTimeout: "100",
  peerType: "participant",
  standaloneEnabled: "true",
  quorumListenOnAllIPs: "true",
  leaderServes: "yes",
  "readonlymode.enabled": "true",
  localSessionsEnabled: "true",
  localSessionsUpgradingEnabled: "true",
};
