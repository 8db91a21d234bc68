import type { EventEmitter } from "node:events";

/** Tells every listener. What one throws is its own: the others and the caller go on. */
export function tell<Events extends Record<keyof Events, unknown[]>, Name extends keyof Events & string>(
  emitter: EventEmitter<Events>,
  name: Name,
  ...event: Events[Name]
): void {
  for (const listener of (emitter as EventEmitter).rawListeners(name))
    try {
      listener.apply(emitter, event);
    } catch (error) {
      throwLater(error);
    }
}

/** For what a listener or callback throws: reported as uncaught, and no trouble to whoever called it. */
export function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
