/** Transfers between accounts that different processes keep: started as an account, or to transfer, recover or list. */
import { runProgram, UsageError } from "../support/program.ts";
import { list, recover, transfer } from "./coordinator.ts";
import { keepAccount } from "./keeper.ts";

await runProgram({
  usage: `Usage: node dist/transaction/main.js account NAME [--file FILE] [--opening AMOUNT]
       node dist/transaction/main.js transfer FROM TO AMOUNT [--hold begun|decided] [--decision-timeout-ms MS]
       node dist/transaction/main.js recover [--keep-ms MS]
       node dist/transaction/main.js list

  account   keeps an account in a file (NAME.jsonl); a new one begins with AMOUNT (100)
  transfer  moves an amount from one to the other, in both or in neither
            --hold: stops there, to be killed; --decision-timeout-ms (10000): called off if not decided by then
  recover   decides and tidies up what coordinators that died left behind; keeps what is finished for MS (60000)
  list      shows the transfers under way`,
  flags: ["file", "opening", "hold", "decision-timeout-ms", "keep-ms"],
  async run(words, surroundings) {
    switch (words.first) {
      case "account": {
        const [, name] = words.exactly(2) as [string, string];
        const file = words.text("file", `${name}.jsonl`);
        return keepAccount({ ...surroundings, name, file, opening: words.integer("opening", 100) });
      }
      case "transfer": {
        const [, from, to, text] = words.exactly(4) as [string, string, string, string];
        const amount = Number(text);
        if (!Number.isSafeInteger(amount) || amount < 1) throw new UsageError(`${text} is no positive integer.`);
        if (from === to) throw new UsageError("A transfer is between two accounts.");
        const hold = words.text("hold");
        if (hold !== undefined && hold !== "begun" && hold !== "decided")
          throw new UsageError(`--hold is ${hold}: it must be begun or decided.`);
        const decisionTimeoutMs = words.integer("decision-timeout-ms", 10_000, 1);
        return transfer({ ...surroundings, from, to, amount, hold, decisionTimeoutMs });
      }
      case "recover":
        words.exactly(1);
        return recover({ ...surroundings, keepMs: words.integer("keep-ms", 60_000) });
      case "list":
        words.exactly(1);
        return list(surroundings);
      default:
        throw new UsageError("Say what to do: account, transfer, recover or list.");
    }
  },
});
