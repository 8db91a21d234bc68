/** `conf` and `dirs`. Source: ZooKeeper 3.9, ZooKeeperServer.dumpConf; specification §10.3. */
import type { Report } from "./report.ts";

/** State and log lie in one folder: it is named twice, each time with the bytes of its part. */
export function conf({ member, clientPort }: Report): string {
  const { options } = member;
  const { stateBytes, logBytes } = member.engine.sizes();
  const folder = options.dataFolder ?? "";
  return [
    `clientPort=${clientPort}`,
    "secureClientPort=-1",
    `dataDir=${folder}`,
    `dataDirSize=${stateBytes}`,
    `dataLogDir=${folder}`,
    `dataLogSize=${logBytes}`,
    `tickTime=${options.tickTimeMs}`,
    `maxClientCnxns=${options.maxClientConnections}`,
    `minSessionTimeout=${member.minTimeoutMs}`,
    `maxSessionTimeout=${member.maxTimeoutMs}`,
    `clientPortListenBacklog=${options.clientPortListenBacklog ?? -1}`,
    // ZooKeeper prints 0 for a server without an ensemble, whatever its sessions' ids begin with.
    "serverId=0",
    "",
  ].join("\n");
}

export function dirs({ member }: Report): string {
  const { stateBytes, logBytes } = member.engine.sizes();
  return `datadir_size: ${stateBytes}\nlogdir_size: ${logBytes}\n`;
}
