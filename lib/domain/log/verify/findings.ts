import type { Finding } from './source'

/** How many findings are kept in words; all are counted. */
export const KEPT_FINDINGS = 100

/** What a verification found, could not check, and could not tell. */
export class Findings {
  readonly kept: Finding[] = []
  count = 0
  firstBad: number | null = null
  /** The first entry that something is known to be wrong with, by itself and not by what was signed over many. */
  firstEntry: number | null = null
  readonly #notChecked = new Set<string>()
  #isInDoubt = false

  /** Something that is not as it must be. Every one counts; the words are made for the first hundred only. */
  add(check: Finding['check'], index: number | null, words: () => Pick<Finding, 'says' | 'expected' | 'found'>): void {
    this.count += 1
    if (index !== null && (this.firstBad === null || index < this.firstBad)) this.firstBad = index
    if (
      index !== null &&
      (check === 'leaf' || check === 'tile' || check === 'order') &&
      index < (this.firstEntry ?? Number.POSITIVE_INFINITY)
    )
      this.firstEntry = index
    if (this.kept.length < KEPT_FINDINGS) this.kept.push({ check, index, ...words() })
  }

  /** Something nobody looked at, as a sentence. */
  skip(sentence: string): void {
    this.#notChecked.add(sentence)
  }

  /** Something that must be looked at and could not: the outcome is not "good" then. */
  doubt(sentence: string): void {
    this.#isInDoubt = true
    this.#notChecked.add(sentence)
  }

  /** Where a root that does not fit begins to be wrong: behind what was proven before, and at the entry that is known to be bad if there is one. */
  firstBehind(covered: number, size: number): number {
    const known = this.firstEntry !== null && this.firstEntry < size ? this.firstEntry : 0
    return Math.max(0, Math.min(Math.max(covered, known), size - 1))
  }

  get notChecked(): string[] {
    return [...this.#notChecked]
  }

  get outcome(): 'good' | 'tampered' | 'unknown' {
    return this.count > 0 ? 'tampered' : this.#isInDoubt ? 'unknown' : 'good'
  }
}

/** An entry as people count it: `#1` is index 0. */
export const numbered = (index: number): string => `#${(index + 1).toLocaleString('en-GB')}`
