/** Numbers and times as Java prints them: what reads the words was written against that. */

/** A 64-bit value in hexadecimal without leading zeros, from halves that may be signed. */
export function hex64(high: number, low: number): string {
  return high === 0 ? (low >>> 0).toString(16) : (high >>> 0).toString(16) + (low >>> 0).toString(16).padStart(8, "0");
}

/** Double.toString. */
export function javaDouble(value: number): string {
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-3 && size < 1e7)) return withPoint(String(value));
  const [digits, exponent] = value.toExponential().split("e") as [string, string];
  return `${withPoint(digits)}E${Number(exponent)}`;
}

/** An average, with at most four decimals. Source: ZooKeeper 3.9, AvgMinMaxCounter. */
export function javaAverage(value: number): string {
  return javaDouble(Math.round(value * 1e4) / 1e4);
}

/** Date.toString, always in UTC. */
export function javaDate(wallMs: number): string {
  // Such as "Sun, 22 Nov 2026 16:12:58 GMT".
  const [day, date, month, year, time] = new Date(wallMs).toUTCString().split(/,? /) as [
    string,
    string,
    string,
    string,
    string,
  ];
  return `${day} ${month} ${date} ${time} UTC ${year}`;
}

function withPoint(digits: string): string {
  return digits.includes(".") ? digits : `${digits}.0`;
}
