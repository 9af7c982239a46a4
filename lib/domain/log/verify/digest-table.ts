/** Some ninety bits of a digest or of a UUID in hex, as three numbers, read from where both have digits; null for what is neither. */
function wordsOf(hex: string): [number, number, number] | null {
  if (hex.length < 32) return null
  const a = Number.parseInt(hex.slice(0, 8), 16)
  const b = Number.parseInt(hex.slice(14, 18) + hex.slice(-12, -8), 16)
  const c = Number.parseInt(hex.slice(-8), 16)
  return Number.isNaN(a + b + c) ? null : [a, b, c]
}

/**
 * A number for each of many digests or ids (hex), in some forty bytes each: a million entries have to fit beside everything else (issue 5, 6). Two that
 * agree in ninety bits are taken for the same.
 */
export class DigestTable {
  #slots = 1024
  #keys = new Uint32Array(1024 * 3)
  #values = new Float64Array(1024).fill(-1)
  #size = 0

  /** How many there are. */
  get size(): number {
    return this.#size
  }

  /** The number of a digest; undefined where it has none. */
  get(hex: string): number | undefined {
    const words = wordsOf(hex)
    if (!words) return undefined
    const value = this.#values[this.#slotOf(words)] as number
    return value < 0 ? undefined : value
  }

  /** Gives a digest a number (0 or more) unless it has one; true when it had none. */
  add(hex: string, value: number): boolean {
    const words = wordsOf(hex)
    if (!words) return true
    const slot = this.#slotOf(words)
    if ((this.#values[slot] as number) >= 0) return false
    this.#put(slot, words, value)
    this.#size += 1
    if (this.#size * 2 > this.#slots) this.#grow()
    return true
  }

  /** Gives a digest that has a number another one. */
  set(hex: string, value: number): void {
    const words = wordsOf(hex)
    if (words) this.#values[this.#slotOf(words)] = value
  }

  /** Every number there is. */
  *values(): Iterable<number> {
    for (const value of this.#values) if (value >= 0) yield value
  }

  #slotOf([a, b, c]: readonly [number, number, number]): number {
    const mask = this.#slots - 1
    let slot = (a ^ Math.imul(b, 0x9e3779b1) ^ Math.imul(c, 0x85ebca6b)) & mask
    while (
      (this.#values[slot] as number) >= 0 &&
      (this.#keys[slot * 3] !== a || this.#keys[slot * 3 + 1] !== b || this.#keys[slot * 3 + 2] !== c)
    )
      slot = (slot + 1) & mask
    return slot
  }

  #put(slot: number, [a, b, c]: readonly [number, number, number], value: number): void {
    this.#keys[slot * 3] = a
    this.#keys[slot * 3 + 1] = b
    this.#keys[slot * 3 + 2] = c
    this.#values[slot] = value
  }

  #grow(): void {
    const keys = this.#keys
    const values = this.#values
    this.#slots *= 2
    this.#keys = new Uint32Array(this.#slots * 3)
    this.#values = new Float64Array(this.#slots).fill(-1)
    for (const [at, value] of values.entries()) {
      if (value < 0) continue
      const words: [number, number, number] = [keys[at * 3] as number, keys[at * 3 + 1] as number, keys[at * 3 + 2] as number]
      this.#put(this.#slotOf(words), words, value)
    }
  }
}
