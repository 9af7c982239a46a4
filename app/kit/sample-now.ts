/** The present, for samples that should read as if they were live. */
export function sampleNow(): number {
  return Date.now()
}
