/** A session from its beginning to its end, step by step, on the bare client. */
import { runProgram } from "../support/program.ts";
import { runSession } from "./session.ts";

await runProgram({
  usage: `Usage: node dist/session/main.js [--stay]

Connects, creates, reads, writes, watches, deletes and disconnects, and says what happens at each step.
  --stay   then keeps an ephemeral znode until it is interrupted, and tells what becomes of the session`,
  flags: [],
  switches: ["stay"],
  async run(words, surroundings) {
    words.exactly(0);
    await runSession({ ...surroundings, stay: words.has("stay") });
  },
});
