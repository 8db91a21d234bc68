import type { StorageEngine } from "@rookery/storage";
import { type Subject, storageEngineSuite } from "@rookery/storage/conformance";
import { FaultyFiles } from "../test/faulty-files.ts";
import { openLmdbEngine } from "./index.ts";

// Segments of two sizes: one in which entries lie together, and one that rolls after a few and is too small for many.
for (const segmentBytes of [1024 * 1024, 16 * 1024]) {
  const files = new WeakMap<StorageEngine, FaultyFiles>();
  const subject: Subject = {
    name: `lmdb, segments of ${segmentBytes / 1024} KiB`,
    supports: { durability: true, lock: true },
    async open({ folder, tables, identity }) {
      const faulty = new FaultyFiles();
      const engine = await openLmdbEngine({
        folder,
        tables,
        segmentBytes,
        lowBytes: 1024 * 1024,
        spaceIntervalMs: 5,
        files: faulty,
        ...identity,
      });
      files.set(engine, faulty);
      return engine;
    },
    ...(segmentBytes > 100_000
      ? undefined
      : {
          faults(engine) {
            const faulty = files.get(engine) as FaultyFiles;
            return {
              hold: () => faulty.hold(),
              release: () => faulty.release(),
              failNextLogFlush: () => faulty.failNextLogWrite(),
              async fill() {
                faulty.free = 0;
                while (engine.space === "ok") await new Promise((resolve) => setTimeout(resolve, 2));
              },
              async makeRoom() {
                faulty.free = undefined;
                while (engine.space !== "ok") await new Promise((resolve) => setTimeout(resolve, 2));
              },
            };
          },
        }),
  };
  storageEngineSuite(subject);
}
