/** What happens and how long it will still take, on standard error: standard output is for results. */

export function progress(message: string): void {
  process.stderr.write(`${new Date().toTimeString().slice(0, 8)}  ${message}\n`);
}

export function remaining(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return `${Math.ceil(seconds / 60)} min`;
}
