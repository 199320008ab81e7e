/** Which lines a change brought or took away, for rules that look for a word in what was touched. */

/** Beyond these a change is no longer read line by line. */
const MOST_LINES = 6000

/** Lines that came or went over several files; what only moved between them cancels out. */
export class LineDifference {
  private readonly counts = new Map<string, number>()
  private total = 0

  get isFull(): boolean {
    return this.total > 20 * MOST_LINES
  }

  add(text: string): void {
    this.count(text, 1)
  }

  remove(text: string): void {
    this.count(text, -1)
  }

  result(): string[] {
    const lines = [...this.counts].filter(([, count]) => count !== 0).map(([line]) => line)
    return lines.length > MOST_LINES || this.isFull ? [] : lines
  }

  private count(text: string, by: number): void {
    for (const raw of text.split('\n')) {
      const line = raw.trim()
      if (line.length < 3) continue
      this.counts.set(line, (this.counts.get(line) ?? 0) + by)
      this.total += 1
    }
  }
}
