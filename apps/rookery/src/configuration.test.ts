import { DEFAULT_OPTIONS } from "@rookery/server";
import { describe, expect, it } from "vitest";
import { type Configuration, configure, type Said } from "./configuration.ts";
import { dashed, SETTING_KEYS, serverOptions, variableOf } from "./settings.ts";

function say({ file, ...rest }: { file?: string; flags?: Said["flags"]; variables?: Said["variables"] }): Said {
  return { flags: {}, variables: {}, ...rest, file: file === undefined ? undefined : { path: "zoo.cfg", text: file } };
}

function accepted(said: Parameters<typeof say>[0]): Configuration {
  const outcome = configure(say(said));
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
  return outcome.configuration;
}

/** Each as: place | key = value | message. */
function refused(said: Parameters<typeof say>[0] | string): readonly string[] {
  const outcome = configure(say(typeof said === "string" ? { file: said } : said));
  return outcome.ok ? [] : outcome.problems.map((it) => `${it.place} | ${it.key} = ${it.value} | ${it.message}`);
}

describe("names", () => {
  it("of flags and variables follow from the key", () => {
    const named = Object.fromEntries(SETTING_KEYS.map((key) => [key, `${dashed(key)} ${variableOf(key)}`]));
    expect(named).toMatchObject({
      tickTime: "tick-time ROOKERY_TICK_TIME",
      skipACL: "skip-acl ROOKERY_SKIP_ACL",
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

  it("leaves none of the server's options without a setting, but for the folder, which serve names", () => {
    const file = SETTING_KEYS.map((key) => `${key}=${EXAMPLES[key] ?? "1"}`).join("\n");
    expect([...Object.keys(options(file)), "dataFolder"].sort()).toEqual(Object.keys(DEFAULT_OPTIONS).sort());
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

  it("of an ensemble, TLS and SASL say that they are not there yet", () => {
    const file = `server.1=a:2888:3888
server.2=b:2888:3888
secureClientPort=2281
ssl.keyStore.location=/k
authProvider.1=org.apache.zookeeper.server.auth.SASLAuthenticationProvider
authProvider.2=com.example.Mine
peerType=observer
group.1=1:2`;
    expect(refused(file)).toEqual([
      "zoo.cfg:1 | server.1 = a:2888:3888 | ensembles are not supported yet: leave one server line, or none",
      "zoo.cfg:2 | server.2 = b:2888:3888 | ensembles are not supported yet: leave one server line, or none",
      "zoo.cfg:3 | secureClientPort = 2281 | TLS is not supported yet; put a TLS proxy in front, or leave this key out",
      "zoo.cfg:4 | ssl.keyStore.location = /k | TLS is not supported yet; put a TLS proxy in front, or leave this key out",
      "zoo.cfg:5 | authProvider.1 = org.apache.zookeeper.server.auth.SASLAuthenticationProvider | SASL is not supported " +
        "yet; clients can authenticate with the digest scheme",
      "zoo.cfg:6 | authProvider.2 = com.example.Mine | a Java class cannot be loaded here; the schemes there are: world, " +
        "auth, digest and ip",
      "zoo.cfg:7 | peerType = observer | ensembles are not supported yet: this server runs alone, and cannot observe another",
      "zoo.cfg:8 | group.1 = 1:2 | ensembles are not supported yet: this server runs alone",
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
    expect(accepted({ file }).withoutEffect.map(({ key }) => key)).toEqual([
      ...[
        "initLimit",
        "syncLimit",
        "snapCount",
        "preAllocSize",
        "autopurge.snapRetainCount",
        "autopurge.purgeInterval",
      ],
      ...["metricsProvider.className", "admin.serverPort", "admin.enableServer", "serverCnxnFactory"],
      ...["quorumListenOnAllIPs", "authProvider.1", "electionAlg", "peerType", "sslQuorum"],
    ]);
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
};
