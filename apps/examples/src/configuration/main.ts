/** A service whose configuration changes while it runs: started as the service, or to change it. */
import { runProgram, UsageError } from "../support/program.ts";
import { set, store, unset } from "./change.ts";
import { runService } from "./service.ts";

await runProgram({
  usage: `Usage: node dist/configuration/main.js serve [--port PORT]
       node dist/configuration/main.js set NAME=VALUE ...
       node dist/configuration/main.js unset NAME
       node dist/configuration/main.js store NAME=TEXT

  serve  answers on 127.0.0.1 (8082; 0: any port)
  set    stores values at one moment, if all are allowed
  unset  goes back to the default
  store  stores text without a look at it, as other tools can
The names are greeting, requestsPerSecond, maintenance (true or false) and headers (JSON).`,
  flags: ["port"],
  async run(words, surroundings) {
    switch (words.first) {
      case "serve":
        words.exactly(1);
        return runService({ ...surroundings, port: words.integer("port", 8082) });
      case "set":
        return set(words.all().slice(1), surroundings);
      case "unset":
        return unset(words.exactly(2)[1] as string, surroundings);
      case "store":
        return store(words.exactly(2)[1] as string, surroundings);
      default:
        throw new UsageError("Say what to do: serve, set, unset or store.");
    }
  },
});
