/**
 * Demands that a policy document cannot hold as data, and demands whose data stands in a policy but which also need an ability of
 * the product: what the ability is and which issue brings it. `requirements.test.ts` proves that nothing is left out.
 */
export const ABILITIES: Record<string, { ability: string; issue: number }> = {
  '000.27': { ability: 'Evidence is stored for one release, one target profile and one gate, and counts for nothing else.', issue: 2 },
  '000.33': { ability: 'The confirmation of escalation contacts is dated evidence of its gate; the list itself is policy.', issue: 2 },
  '000.17': { ability: 'A rotation that leaves out a member of its group is refused.', issue: 3 },
  '000.11': { ability: 'A reported write of an agent to a database file is a finding until the file is restored.', issue: 4 },
  '000.12': {
    ability: 'A reported edit of a binary, whoever made it, is a finding until the file is restored, and no exception covers it.',
    issue: 4,
  },
  '000.32': { ability: 'A deviation is filed as an exception with its four fields, and the release notes print it.', issue: 4 },
  '001.1': { ability: 'An environment file that is seen on production is a finding.', issue: 4 },
  '001.6': { ability: 'Development routes that answer where the class in force disables them are a finding.', issue: 4 },
  '001.10': {
    ability: 'A runtime that reports the environment file it was started with is a finding where files are forbidden.',
    issue: 4,
  },
  '001.7': {
    ability: 'A runtime that reports a name nobody declared is a finding until the flag with owner and reason is recorded.',
    issue: 4,
  },
  '001.12': { ability: 'Choosing another contract variant is recorded with who and why.', issue: 4 },
  '002.3': { ability: 'A conflict between documents is recorded and stops promotions until somebody resolves it.', issue: 4 },
  '002.14': { ability: 'Whether the worker runs scheduled triggers that the runbook knows is attested, with a next date.', issue: 4 },
  '002.17': { ability: 'A built-in default that stands in for a critical setting outside local is a finding.', issue: 4 },
  '002.33': { ability: 'Data that were seeded on production past its controlled way are a finding.', issue: 4 },
  '002.42': { ability: 'One keyed fingerprint, or one resource, on two profiles is a finding on both.', issue: 4 },
  '002.43': { ability: 'Hardening is attested by SecOps, with a next date.', issue: 4 },
  '002.44': { ability: 'The criteria of the document about itself are attested, each with a next date.', issue: 4 },
  '002.22': { ability: 'Front-end bundles and Git history are scanned for secrets, and the result is evidence.', issue: 3 },
  '003.3': { ability: 'Rotation windows stand on a calendar.', issue: 3 },
  '003.6': { ability: 'config/env_contract.json is imported and compared with the policy’s variables.', issue: 4 },
  '003.16': { ability: 'A rotation records the reference to the captured values before its rotate step can be recorded.', issue: 3 },
  '003.19': { ability: 'A rotation that is rolled back makes an incident, with a reference to its postmortem.', issue: 3 },
  '004.1': {
    ability: 'What a runtime reports otherwise than the policy says is a finding; the document is never adjusted to it.',
    issue: 4,
  },
  '004.4': { ability: 'Two profiles that report one value for a resource of their own are a finding.', issue: 4 },
  '004.13': { ability: 'A changed fingerprint of an immutable variable is a finding unless a governed change covers it.', issue: 4 },
  '004.19': { ability: 'A container that is reported as restarting again and again deviates from what was deployed.', issue: 4 },
  '004.24': { ability: 'The label a deployment was given is compared with the target and shown when they disagree.', issue: 2 },
}
