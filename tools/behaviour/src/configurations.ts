/** The servers the suite runs against: ZooKeeper's own settings, given to both targets in the same zoo.cfg. */

import { createHash } from "node:crypto";

/** The credentials that make a connection `super`, for the configurations that have a superDigest. */
export const SUPER = "super:secret";

/** The id of the digest scheme that these credentials make. */
export function digestOf(credentials: string): string {
  const user = credentials.split(":", 1)[0] ?? "";
  return `${user}:${createHash("sha1").update(credentials).digest("base64")}`;
}

export interface Configuration {
  /** Keys of zoo.cfg. ZooKeeper makes system properties of those it does not know. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  /** Settings that ZooKeeper reads as system properties without its prefix. Rookery finds them in zoo.cfg. */
  readonly properties?: Readonly<Record<string, string | number>>;
}

const common = {
  tickTime: 500,
  minSessionTimeout: 1000,
  maxSessionTimeout: 20_000,
  maxClientCnxns: 0,
  extendedTypesEnabled: true,
  "4lw.commands.whitelist": "*",
  "DigestAuthenticationProvider.superDigest": digestOf(SUPER),
  "admin.enableServer": false,
};

/** Each is started once and shared by all tests that name it. */
export const CONFIGURATIONS = {
  main: { settings: common },
  /** Quotas refuse writes; reconfig is enabled, so that it fails for another reason. */
  quota: { settings: { ...common, enforceQuota: true, reconfigEnabled: true } },
  /** Bare: no TTL nodes, few connections, and the four-letter words that are on by themselves. */
  bare: {
    settings: {
      tickTime: 500,
      maxClientCnxns: 5,
      extendedTypesEnabled: false,
      "admin.enableServer": false,
    },
  },
  /** What usually takes minutes happens while a test waits. */
  brisk: {
    settings: { ...common, "nio.sessionlessCnxnTimeout": 2000 },
    properties: { "znode.container.checkIntervalMs": 700, "znode.container.maxNeverUsedIntervalMs": 3000 },
  },
  /** Clients must have authenticated before they do anything else. */
  strict: {
    settings: { ...common, "enforce.auth.enabled": true, "enforce.auth.schemes": "digest" },
  },
  /** Settings at other values than usual. */
  unusual: {
    settings: {
      ...common,
      skipACL: "yes",
      globalOutstandingLimit: 5,
      maxCnxns: 12,
      "DigestAuthenticationProvider.digestAlg": "SHA-256",
    },
    properties: { "jute.maxbuffer": 4096 },
  },
} as const satisfies Record<string, Configuration>;

export type ConfigurationName = keyof typeof CONFIGURATIONS;
