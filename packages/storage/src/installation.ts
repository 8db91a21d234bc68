/**
 * The order of an installation, the same for every engine: rows in turn, then one end. What the medium does at each step
 * is the engine's.
 */
import { INSTALL_PUTS_MAX, type Installation, type StorageError } from "./engine.ts";
import { checkRows, invariant } from "./invariant.ts";
import type { StateChange } from "./state.ts";

export interface InstallationMedium {
  /** Throws when the engine is closed. */
  assertOpen(): void;
  /** What the engine died of. */
  failure(): StorageError | undefined;
  /** Writes rows behind those written before. Called again only when the last call has settled. */
  write(rows: readonly StateChange[], bytes: number): Promise<void>;
  /** Forbids changes of log and state at once, and when `written` and they have settled, puts the rows in force. */
  replace(written: Promise<void>): Promise<void>;
  /** Removes what was written. */
  discard(): Promise<void>;
}

export class StagedInstallation implements Installation {
  readonly #medium: InstallationMedium;
  readonly #tables: number;
  readonly #onEnd: () => void;
  #lastRow: StateChange | undefined;
  /** Of the puts asked for: settles, and never rejects, when the last one has. */
  #puts: Promise<void> = Promise.resolve();
  #putsUnderWay = 0;
  /** The first refusal: rows behind it would leave a gap. */
  #refusal: StorageError | undefined;
  #ending: Promise<void> | undefined;

  constructor(medium: InstallationMedium, tables: number, onEnd: () => void) {
    this.#medium = medium;
    this.#tables = tables;
    this.#onEnd = onEnd;
  }

  async put(rows: readonly StateChange[]): Promise<void> {
    this.#assertActive();
    invariant(
      this.#putsUnderWay < INSTALL_PUTS_MAX,
      () => `more than ${INSTALL_PUTS_MAX} puts of an installation at once`,
    );
    const bytes = checkRows(rows, this.#tables, this.#lastRow);
    const last = rows.at(-1);
    // A copy: the caller may use the buffer again before the next call is compared with it.
    if (last) this.#lastRow = { ...last, key: Uint8Array.from(last.key) };
    this.#putsUnderWay++;
    const put = this.#puts.then(() => this.#put(rows, bytes));
    this.#puts = put
      .catch((error: StorageError) => {
        this.#refusal ??= error;
      })
      .finally(() => {
        this.#putsUnderWay--;
      });
    return put;
  }

  async finish(): Promise<void> {
    this.#assertActive();
    const failure = this.#medium.failure();
    if (failure) throw failure;
    const finishing = this.#medium.replace(this.#allPut());
    // A refusal changes nothing, so that it may be tried again or aborted.
    this.#ending = finishing.then(
      () => this.#onEnd(),
      () => {
        this.#ending = undefined;
      },
    );
    return finishing;
  }

  async abort(): Promise<void> {
    await this.#ending;
    this.#ending ??= this.#abort();
    await this.#ending;
  }

  async #put(rows: readonly StateChange[], bytes: number): Promise<void> {
    const refusal = this.#medium.failure() ?? this.#refusal;
    if (refusal) throw refusal;
    await this.#medium.write(rows, bytes);
  }

  async #allPut(): Promise<void> {
    await this.#puts;
    if (this.#refusal) throw this.#refusal;
  }

  async #abort(): Promise<void> {
    await this.#puts;
    await this.#medium.discard();
    this.#onEnd();
  }

  #assertActive(): void {
    this.#medium.assertOpen();
    invariant(this.#ending === undefined, () => "use of an installation that has ended or is finishing");
  }
}
