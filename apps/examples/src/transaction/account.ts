/**
 * An account in a file. What a transfer will take is set aside when it is prepared, and so can neither be spent twice nor be
 * missing later. Each step is in the file before it is answered, and doing one again does no harm:
 *
 * ```text
 * {"opened":100}
 * {"prepared":"<id>","amount":-30}
 * {"committed":"<id>"}                or {"rolledBack":"<id>"}
 * ```
 */
import { LineFile } from "../support/line-file.ts";

interface Line {
  readonly opened?: number;
  readonly prepared?: string;
  readonly amount?: number;
  readonly committed?: string;
  readonly rolledBack?: string;
}

export class Account implements Disposable {
  private readonly file: LineFile;
  /** What is prepared and not decided: transfers' amounts by id, negative for what is to leave. */
  private readonly prepared = new Map<string, number>();
  private total = 0;

  /** One process at a time may have a file open. `opening` is for an account whose file is new. */
  constructor(path: string, opening: number) {
    const { file, lines } = LineFile.open(path);
    this.file = file;
    for (const line of lines) this.apply(JSON.parse(line));
    if (lines.length === 0) this.add({ opened: opening });
  }

  /** Without what is only prepared. */
  get balance(): number {
    return this.total;
  }

  /** What can be spent: what is to leave has been set aside, and what is to come is not here yet. */
  get available(): number {
    let available = this.total;
    for (const amount of this.prepared.values()) available += Math.min(0, amount);
    return available;
  }

  /** Ids of what is prepared and not decided. */
  get pending(): readonly string[] {
    return [...this.prepared.keys()];
  }

  /** @throws Error if there is not enough: then nothing is prepared. */
  prepare(id: string, amount: number): void {
    if (this.prepared.has(id)) return;
    if (amount < 0 && this.available < -amount)
      throw new Error(`${-amount} is more than the ${this.available} there is`);
    this.add({ prepared: id, amount });
  }

  /** False: that was done before. */
  commit(id: string): boolean {
    if (!this.prepared.has(id)) return false;
    this.add({ committed: id });
    return true;
  }

  /** False: that was done before, or there was nothing prepared. */
  rollBack(id: string): boolean {
    if (!this.prepared.has(id)) return false;
    this.add({ rolledBack: id });
    return true;
  }

  private add(line: Line): void {
    this.file.append(JSON.stringify(line));
    this.apply(line);
  }

  private apply({ opened, prepared, amount, committed, rolledBack }: Line): void {
    if (opened !== undefined) this.total = opened;
    if (prepared !== undefined && amount !== undefined) this.prepared.set(prepared, amount);
    if (committed !== undefined) {
      this.total += this.prepared.get(committed) ?? 0;
      this.prepared.delete(committed);
    }
    if (rolledBack !== undefined) this.prepared.delete(rolledBack);
  }

  [Symbol.dispose](): void {
    this.file.close();
  }
}
