/** So many requests a second; what was not used is saved up for one second. */
export class RateLimit {
  private perSecond: number;
  private tokens: number;
  private lastMs: number;

  constructor(perSecond: number, nowMs: number) {
    this.perSecond = perSecond;
    this.tokens = perSecond;
    this.lastMs = nowMs;
  }

  /** Another rate from now on. What was saved up stays, as far as the new rate allows. */
  change(perSecond: number, nowMs: number): void {
    this.fill(nowMs);
    this.perSecond = perSecond;
    this.tokens = Math.min(this.tokens, perSecond);
  }

  /** Whether there is room for another request. */
  take(nowMs: number): boolean {
    this.fill(nowMs);
    if (this.tokens < 1) return false;
    this.tokens--;
    return true;
  }

  private fill(nowMs: number): void {
    this.tokens = Math.min(this.perSecond, this.tokens + ((nowMs - this.lastMs) / 1000) * this.perSecond);
    this.lastMs = nowMs;
  }
}
