import { readFileSync } from 'node:fs'
import { formatFinding } from '../lib/domain/policy/finding'
import { policyHash } from '../lib/domain/policy/hash'
import { readPolicy } from '../lib/domain/policy/load'

/** Reads policies named on the command line and prints the hash of each or every finding; exit code 1 when one does not load. */
for (const file of process.argv.slice(2)) {
  const read = readPolicy(readFileSync(file, 'utf8'), file)
  if (read.policy) console.log(`${file} ${policyHash(read.policy)}`)
  else {
    process.exitCode = 1
    for (const finding of read.findings) console.error(formatFinding(finding))
  }
}
