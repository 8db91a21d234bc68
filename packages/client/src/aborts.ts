/**
 * Who wants to know when a signal is aborted. A program may give one signal to all of its calls: it carries one listener for
 * each session, not one for each call, which Node would take for a leak and warn of.
 */
interface Waiting {
  readonly acts: Set<() => void>;
  readonly listener: () => void;
}

export class Aborts {
  private readonly waiting = new Map<AbortSignal, Waiting>();

  add(signal: AbortSignal, act: () => void): void {
    const waiting = this.waiting.get(signal);
    if (waiting !== undefined) {
      waiting.acts.add(act);
      return;
    }
    const acts = new Set([act]);
    const listener = () => {
      this.waiting.delete(signal);
      for (const each of acts) each();
    };
    this.waiting.set(signal, { acts, listener });
    signal.addEventListener("abort", listener, { once: true });
  }

  remove(signal: AbortSignal, act: () => void): void {
    const waiting = this.waiting.get(signal);
    if (waiting === undefined || !waiting.acts.delete(act) || waiting.acts.size > 0) return;
    this.waiting.delete(signal);
    signal.removeEventListener("abort", waiting.listener);
  }
}
