import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTaskList } from '../../../lib/domain/checklist-markdown'
import { StepItem } from '../../../lib/domain/policy/parts/steps'

const SAMPLE = `# Pre-Release Checklist

Some words that are no item.

## 1. Configuration

- [ ] Ensure \`python config/scripts/startup_safety.py --snapshot\` has been run.
- [x] Verify access to the definitions (e.g. \`config/env_contract.json\` or \`.env\`).
  - [ ] All keys present
    Expected: 12 keys
  - a detail that is no box
- [ ] Announce the window (if production).

## 2. Tests

1. [ ] Run the tests

   \`\`\`bash
   pytest -q
   pytest -q --slow
   \`\`\`

   Expected output:

   \`\`\`
   412 passed
   \`\`\`
2. [ ] Read [the runbook](https://docs.internal/runbook)

## Post-release verification

- [ ] Check the logs
- [ ] Check the logs

## Rollback

* [ ] Restore the snapshot
`

const read = (markdown: string) => {
  const result = readTaskList(markdown)
  if ('findings' in result) throw new Error(JSON.stringify(result.findings))
  return result
}

describe('a Markdown task list (000.30)', () => {
  it('becomes items with groups, phases, parts, commands and outputs', () => {
    const { title, items } = read(SAMPLE)
    expect(title).toBe('Pre-Release Checklist')
    expect(
      items.map(({ id, phase, group, parent, number, command, expected, when, does, evidence }) => ({
        id,
        phase,
        group,
        parent,
        number,
        command,
        expected,
        when: when?.text,
        does,
        evidence,
      })),
    ).toMatchInlineSnapshot(`
      [
        {
          "command": "python config/scripts/startup_safety.py --snapshot",
          "does": [],
          "evidence": "command-result",
          "expected": undefined,
          "group": "1. Configuration",
          "id": "configuration.ensure-python-config-scripts-startup",
          "number": undefined,
          "parent": undefined,
          "phase": "before",
          "when": undefined,
        },
        {
          "command": undefined,
          "does": [
            "a detail that is no box",
          ],
          "evidence": "attestation",
          "expected": undefined,
          "group": "1. Configuration",
          "id": "configuration.verify-access-to-the-definitions-e-g",
          "number": undefined,
          "parent": undefined,
          "phase": "before",
          "when": undefined,
        },
        {
          "command": undefined,
          "does": [],
          "evidence": "attestation",
          "expected": "12 keys",
          "group": "1. Configuration",
          "id": "configuration.all-keys-present",
          "number": undefined,
          "parent": "configuration.verify-access-to-the-definitions-e-g",
          "phase": "before",
          "when": undefined,
        },
        {
          "command": undefined,
          "does": [],
          "evidence": "attestation",
          "expected": undefined,
          "group": "1. Configuration",
          "id": "configuration.announce-the-window-if-production",
          "number": undefined,
          "parent": undefined,
          "phase": "before",
          "when": "if production",
        },
        {
          "command": "pytest -q
      pytest -q --slow",
          "does": [],
          "evidence": "command-result",
          "expected": "412 passed",
          "group": "2. Tests",
          "id": "tests.run-the-tests",
          "number": "1",
          "parent": undefined,
          "phase": "before",
          "when": undefined,
        },
        {
          "command": undefined,
          "does": [],
          "evidence": "attestation",
          "expected": undefined,
          "group": "2. Tests",
          "id": "tests.read-the-runbook-https-docs-internal",
          "number": "2",
          "parent": undefined,
          "phase": "before",
          "when": undefined,
        },
        {
          "command": undefined,
          "does": [],
          "evidence": "attestation",
          "expected": undefined,
          "group": "Post-release verification",
          "id": "post-release.check-the-logs",
          "number": undefined,
          "parent": undefined,
          "phase": "after",
          "when": undefined,
        },
        {
          "command": undefined,
          "does": [],
          "evidence": "attestation",
          "expected": undefined,
          "group": "Post-release verification",
          "id": "post-release.check-the-logs-2",
          "number": undefined,
          "parent": undefined,
          "phase": "after",
          "when": undefined,
        },
        {
          "command": undefined,
          "does": [],
          "evidence": "attestation",
          "expected": undefined,
          "group": "Rollback",
          "id": "rollback.restore-the-snapshot",
          "number": undefined,
          "parent": undefined,
          "phase": "rollback",
          "when": undefined,
        },
      ]
    `)
  })

  it('keeps its ids when items come, go and are ticked', () => {
    const ids = (markdown: string) => read(markdown).items.map(({ id }) => id)
    const fewer = ids(SAMPLE.replace('- [x] Verify', '- [ ] Verify').replace('- [ ] Announce the window (if production).\n', ''))
    expect(ids(SAMPLE)).toEqual(expect.arrayContaining(fewer))
  })

  it.each([
    ['nothing', '', 'The file has no task list items. Write them as "- [ ] text".'],
    ['a plain list', '- one\n- two', 'The file has no task list items. Write them as "- [ ] text".'],
    ['too much', 'x'.repeat(262_145), 'The file is larger than 256 KiB.'],
    ['items that are too long', `- [ ] ${'word '.repeat(500)}`, 'text: '],
    [
      'items too deep',
      Array.from({ length: 8 }, (_, depth) => `${'  '.repeat(depth)}- [ ] level ${depth}`).join('\n'),
      'Items may lie 6 deep inside one another, not deeper.',
    ],
  ])('with %s is refused with its findings', (_, markdown, sentence) => {
    const result = readTaskList(markdown)
    expect('findings' in result && result.findings[0]?.sentence).toContain(sentence)
  })

  it('says the line of a finding', () => {
    expect(readTaskList(`# List\n\n- [ ] fine\n- [ ] ${'word '.repeat(500)}\n`)).toMatchObject({ findings: [{ line: 4 }] })
  })

  it('counts unknown headings as before, and only plain words move an item behind a gate', () => {
    for (const heading of ['Verification', 'Deployment checklist', 'Postgres', 'Preflight', 'Aftermarket'])
      expect(read(`## ${heading}\n- [ ] a`).items[0]?.phase, heading).toBe('before')
    for (const [heading, phase] of [
      ['After deploy', 'after'],
      ['Post-deploy', 'after'],
      ['Execution', 'during'],
      ['Pre-requisites', 'prerequisite'],
      ['5. Rollback', 'rollback'],
    ]) {
      expect(read(`## ${heading}\n- [ ] a`).items[0]?.phase, heading).toBe(phase)
    }
  })

  it('never holds HTML and always fits the schema of items', () => {
    expect(read('- [ ] <script>alert(1)</script> fine').items[0]?.text).toBe('alert(1) fine')
    const line = fc.oneof(fc.string({ maxLength: 60 }), fc.string({ unit: 'grapheme', maxLength: 30 }))
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('# ', '## ', '- [ ] ', '  - [x] ', '1. [ ] ', '```\n', '> - [ ] ', ''), line), { maxLength: 20 }),
        (lines) => {
          const result = readTaskList(lines.map(([head, rest]) => head + rest).join('\n'))
          if ('findings' in result) {
            expect(result.findings.length).toBeGreaterThan(0)
            return
          }
          const ids = result.items.map(({ id }) => id)
          expect(new Set(ids).size).toBe(ids.length)
          for (const item of result.items) {
            expect(StepItem.safeParse(item).success).toBe(true)
            if (item.parent) expect(ids).toContain(item.parent)
          }
        },
      ),
    )
  })
})
