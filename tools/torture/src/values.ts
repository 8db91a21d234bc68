/** Values on the wire: the number of the operation that writes it, a colon, and as much filling as chance wants. */

const FILLING = "abcdefghijklmnopqrstuvwxyz";

/** @param fillingChars - At most a few kilobytes. */
export function formatValue(value: number, fillingChars: number): string {
  const filling = FILLING.repeat(Math.ceil(fillingChars / FILLING.length)).slice(0, fillingChars);
  return `${value}:${fillingChars}:${filling}`;
}

/** @returns The number, or −1 for anything that {@link formatValue} does not make: a torn or mixed value. */
export function parseValue(text: string | null): number {
  const match = /^(\d+):(\d+):/.exec(text ?? "");
  if (match === null) return -1;
  const value = Number(match[1]);
  return formatValue(value, Number(match[2])) === text ? value : -1;
}
