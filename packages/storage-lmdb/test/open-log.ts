/** Opens the log alone, on any file system, with the state played by a position. For tests. */
import { GENESIS, type LogPosition, type Meta, type StorageError } from "@rookery/storage";
import type { Files } from "../src/files.ts";
import { SegmentedLog } from "../src/log.ts";
import type { CleanEnd, LogStart } from "../src/meta.ts";
import { type Recovered, recoverLog } from "../src/recovery.ts";

export const META: Meta = {
  clusterId: "00000000000000aa",
  sid: 1,
  incarnation: 1,
  acceptedEpoch: 0,
  acceptedLeader: 0,
  damaged: false,
  nonce: 1,
  founders: [],
  belongs: false,
};

export interface LogSetup {
  readonly files: Files;
  readonly created?: boolean;
  readonly segmentBytes?: number;
  readonly applied?: () => LogPosition;
  readonly clean?: CleanEnd;
  readonly start?: LogStart;
  readonly hasRoom?: (bytes: number) => boolean;
}

export async function openLog(
  setup: LogSetup,
): Promise<{ log: SegmentedLog; recovered: Recovered; failures: StorageError[] }> {
  const { files, created = false, segmentBytes = 16 * 1024, applied = () => GENESIS, hasRoom = () => true } = setup;
  const recovered = await recoverLog({
    files,
    folder: "log",
    segmentBytes,
    meta: created ? undefined : META,
    identity: META,
    clean: setup.clean,
    start: setup.start,
    applied: applied(),
    place: undefined,
  });
  const failures: StorageError[] = [];
  const log = new SegmentedLog(
    {
      files,
      folder: "log",
      segmentBytes,
      identity: () => META,
      applied: () => applied().index,
      hasRoom,
      onRoom: () => {},
      onFailure: (error) => failures.push(error),
    },
    recovered,
  );
  return { log, recovered, failures };
}
