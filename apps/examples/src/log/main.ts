/** A log that several processes write and several follow: started as a writer or as a reader. */
import { runProgram, UsageError } from "../support/program.ts";
import { runReader } from "./reader.ts";
import { runWriter } from "./writer.ts";

await runProgram({
  usage: `Usage: node dist/log/main.js write NAME [--file FILE] [--every-ms MS] [--keep COUNT]
       node dist/log/main.js read NAME [--copy FILE] [--skip-removed]

  write  appends lines of standard input, or of FILE: then each once, however often it is started
         --every-ms: the pause after each (0); --keep: older entries than the newest COUNT may go (all stay)
  read   follows the log and copies it to a file (NAME.jsonl), where it goes on when it is started again
         --skip-removed: though entries have been removed that the copy does not have`,
  flags: ["file", "every-ms", "keep", "copy"],
  switches: ["skip-removed"],
  async run(words, surroundings) {
    if (words.first !== "write" && words.first !== "read") throw new UsageError("Say what to do: write or read.");
    const [, name] = words.exactly(2) as [string, string];
    if (words.first === "read") {
      const copy = words.text("copy", `${name}.jsonl`);
      return runReader({ ...surroundings, name, copy, skipRemoved: words.has("skip-removed") });
    }
    const keep = words.text("keep") === undefined ? undefined : words.integer("keep", 0);
    const everyMs = words.integer("every-ms", 0);
    return runWriter({ ...surroundings, name, file: words.text("file"), everyMs, keep });
  },
});
