/** What consensus is told at a start: the configuration, the clock's limits, and what the disk holds. */
import {
  type BootState,
  type Configuration,
  type CoreConfig,
  DEFAULT_LIMITS,
  ENTRY,
  type EpochRow,
  type Founder,
  GENESIS_ROW,
  type MemberSpec,
  rowOf,
  timeoutsOf,
} from "@rookery/consensus";
import { chainOf, type StorageEngine } from "@rookery/storage";
import { checksumOf } from "@rookery/storage/internal";
import type { Logger } from "../logger.ts";
import type { ServerOptions } from "../options.ts";

/** Entries read at a time when looking for starts of epochs. */
const READ = { entriesMax: 4096, bytesMax: 16 << 20 };

export function coreConfigOf(options: ServerOptions, sid: number, logger: Logger): CoreConfig {
  const { ensemble, tickTimeMs } = options;
  const configuration = configurationOf(ensemble?.members ?? [{ sid, role: "participant", weight: 1, group: 0 }]);
  return {
    sid,
    configuration,
    timeouts: timeoutsOf(tickTimeMs, ensemble?.initLimit ?? 10, ensemble?.syncLimit ?? 5, ensemble?.electionTimeoutMs),
    limits: { ...DEFAULT_LIMITS, uncommittedEntries: 16_384, uncommittedBytes: 128 << 20 },
    priority: 0,
    configHash: configHash(configuration),
    chainOf,
    trace: ({ what, detail }) => logger.debug({ ...detail }, `consensus: ${what}`),
  };
}

/** The configuration of a new ensemble: that of the server lines. */
export function configurationOf(members: readonly MemberSpec[]): Configuration {
  const specs = members.map(({ sid, role, weight, group }) => ({ sid, role, weight, group }));
  return { version: { epoch: 0, counter: 0 }, members: specs.sort((a, b) => a.sid - b.sid) };
}

/** Of who belongs and who votes; addresses may differ between members. */
export function configHash({ members }: Configuration): number {
  const text = members.map(({ sid, role, weight, group }) => `${sid} ${role} ${weight} ${group}`).join("\n");
  return checksumOf(Buffer.from(text, "utf8"));
}

/** The identity of an ensemble, from the disks that founded it: 16 hex digits. */
export function foundersId(founders: readonly Founder[]): string {
  const text = founders.map(({ sid, nonce }) => `${sid} ${nonce}`).join("\n");
  const half = (salt: string) =>
    checksumOf(Buffer.from(`${salt}\n${text}`, "utf8"))
      .toString(16)
      .padStart(8, "0");
  return half("ensemble") + half("founders");
}

/** @param epochBytes - As {@link writeEpochs} made them when the state was last committed. */
export async function bootOf(
  engine: StorageEngine,
  epochBytes: Uint8Array,
  life: { readonly bootId: number; readonly jitterSeed: number; readonly vouched: boolean },
): Promise<BootState> {
  const { log, state, meta } = engine;
  const epochs = [...readEpochs(epochBytes)];
  let from = state.applied.index + 1;
  while (from <= log.last.index) {
    const entries = await log.read(from, READ);
    for (const entry of entries) if (entry.kind === ENTRY.epochStart) epochs.push(rowOf(entry));
    from += entries.length;
  }
  const { acceptedEpoch, acceptedLeader, nonce, founders, belongs } = meta;
  return {
    ...life,
    promises: { acceptedEpoch, acceptedLeader, nonce, founders, belongs },
    firstIndex: log.firstIndex,
    last: log.last,
    applied: state.applied,
    epochs,
  };
}

/** Twelve bytes a row, little-endian: epoch u32, start index u56, leader u8. */
export function writeEpochs(rows: readonly EpochRow[]): Uint8Array {
  const bytes = Buffer.alloc(12 * rows.length);
  for (const [at, { epoch, leader, startIndex }] of rows.entries()) {
    bytes.writeUInt32LE(epoch, 12 * at);
    bytes.writeUIntLE(startIndex % 0x1_0000_0000_0000, 12 * at + 4, 6);
    bytes.writeUInt8(Math.floor(startIndex / 0x1_0000_0000_0000), 12 * at + 10);
    bytes.writeUInt8(leader, 12 * at + 11);
  }
  return bytes;
}

/** No bytes: a state from before there were epochs. */
export function readEpochs(bytes: Uint8Array): readonly EpochRow[] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.length === 0) return [GENESIS_ROW];
  const rows: EpochRow[] = [];
  for (let at = 0; at + 12 <= view.length; at += 12) {
    rows.push({
      epoch: view.readUInt32LE(at),
      startIndex: view.readUIntLE(at + 4, 6) + view.readUInt8(at + 10) * 0x1_0000_0000_0000,
      leader: view.readUInt8(at + 11),
    });
  }
  return rows;
}
