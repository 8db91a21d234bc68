/** Several workers, one book of invoices, and a lock: started as the book, or as a worker. */
import { runProgram, UsageError } from "../support/program.ts";
import { serveBook } from "./book-server.ts";
import { runWorker } from "./worker.ts";

const BOOK = "http://127.0.0.1:8081";

await runProgram({
  usage: `Usage: node dist/lock/main.js book [--file FILE] [--port PORT]
       node dist/lock/main.js worker NAME [--book URL] [--invoices COUNT] [--work-ms MS] [--stall-ms MS]

The book keeps invoices in a file (invoices.jsonl) and listens on 127.0.0.1 (8081; 0: any port).
A worker writes invoices with ascending numbers, under a lock:
  --book      where the book is (${BOOK})
  --invoices  how many it writes (without end)
  --work-ms   how long each takes (1000)
  --stall-ms  stands still for so long in the middle of its first one, as a paused process does (0)`,
  flags: ["file", "port", "book", "invoices", "work-ms", "stall-ms"],
  async run(words, surroundings) {
    if (words.first === "book") {
      words.exactly(1);
      const port = words.integer("port", 8081);
      await serveBook({ ...surroundings, file: words.text("file", "invoices.jsonl"), port });
    } else if (words.first === "worker") {
      const [, name] = words.exactly(2) as [string, string];
      await runWorker({
        ...surroundings,
        name,
        book: words.text("book", BOOK),
        invoices: words.integer("invoices", Number.POSITIVE_INFINITY, 1),
        workMs: words.integer("work-ms", 1000),
        stallMs: words.integer("stall-ms", 0),
      });
    } else throw new UsageError("Say what to be: book or worker.");
  },
});
