/** The story's clock: instants relative to the first start, always in the past unless asked for the future. */
export type Clock = {
  start: Date
  /** `daysAgo` before the day of the start, at a UTC time of day. On the day itself never after the start. */
  at: (daysAgo: number, time: string) => Date
  /** Minutes before the start. */
  ago: (minutes: number) => Date
}

/** Makes the clock of a story that ends at `start`. */
export function clockFrom(start: Date): Clock {
  return {
    start,
    at(daysAgo, time) {
      const day = new Date(start.getTime() - daysAgo * 86_400_000).toISOString().slice(0, 10)
      return new Date(`${day}T${time.length === 5 ? `${time}:00` : time}.000Z`)
    },
    ago: (minutes) => new Date(start.getTime() - minutes * 60_000),
  }
}

/** An instant some minutes after another. */
export const after = (at: Date, minutes: number): Date => new Date(at.getTime() + minutes * 60_000)
