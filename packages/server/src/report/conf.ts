/** `conf` and `dirs`. Source: ZooKeeper 3.9, ZooKeeperServer.dumpConf; specification §10.3. */
import { configText } from "../member/ensemble-text.ts";
import type { EnsembleOptions } from "../options.ts";
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
    `serverId=${options.ensemble?.sid ?? 0}`,
    ...(options.ensemble === undefined ? [""] : ensembleLines(options.ensemble, member.readOnly)),
  ].join("\n");
}

/** Source: ZooKeeper 3.9, QuorumZooKeeperServer.dumpConf. Its last line has no end. */
function ensembleLines(ensemble: EnsembleOptions, readOnly: boolean): readonly string[] {
  const self = ensemble.members.find(({ sid }) => sid === ensemble.sid);
  const lines = [
    `initLimit=${ensemble.initLimit}`,
    `syncLimit=${ensemble.syncLimit}`,
    "electionAlg=3",
    `electionPort=${self?.electionPort ?? 0}`,
    `quorumPort=${self?.peerPort ?? 0}`,
    `peerType=${self?.role === "observer" ? 1 : 0}`,
  ];
  return readOnly ? [...lines, ""] : [...lines, `membership: \n${configText(ensemble)}`];
}

export function dirs({ member }: Report): string {
  const { stateBytes, logBytes } = member.engine.sizes();
  return `datadir_size: ${stateBytes}\nlogdir_size: ${logBytes}\n`;
}
