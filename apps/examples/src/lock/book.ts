/**
 * The resource: a book of invoices in a file. It knows nothing of the lock, only this rule: whoever comes with a lower fencing
 * token than the highest it has seen is turned away.
 *
 * Reading counts as seeing. A worker reads the last number and writes the next: had its token to be seen with the write only, one
 * that lost the lock could still write in between.
 */
import { LineFile } from "../support/line-file.ts";

export interface Invoice {
  readonly number: number;
  readonly by: string;
  /** Of the lease it was written under, in decimal. */
  readonly token: string;
}

/** The token is lower than one that was seen before: somebody else has the lock by now. */
export class StaleTokenError extends Error {
  override readonly name = "StaleTokenError";
}

export class Book implements Disposable {
  private readonly file: LineFile;
  private highest = 0n;
  private last = 0;

  /** One process at a time may have a file open. */
  constructor(path: string) {
    const { file, lines } = LineFile.open(path);
    this.file = file;
    for (const line of lines) {
      const { number, token } = JSON.parse(line) as Partial<Invoice> & { readonly token: string };
      this.highest = BigInt(token);
      if (number !== undefined) this.last = number;
    }
  }

  /** The number of the last invoice; 0 if there is none. @throws StaleTokenError */
  read(token: bigint): number {
    this.admit(token);
    return this.last;
  }

  /** Writes as it is told, be the number right or wrong: that is what the lock is for. @throws StaleTokenError */
  write(token: bigint, number: number, by: string): void {
    this.admit(token);
    this.file.append(JSON.stringify({ number, by, token: String(token) } satisfies Invoice));
    this.last = number;
  }

  /** Remembered beyond a crash before anything is answered. */
  private admit(token: bigint): void {
    if (token < this.highest) throw new StaleTokenError(`token ${token} is stale: ${this.highest} was here before it`);
    if (token === this.highest) return;
    this.file.append(JSON.stringify({ token: String(token) }));
    this.highest = token;
  }

  [Symbol.dispose](): void {
    this.file.close();
  }
}
