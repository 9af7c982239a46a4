'use client'

import { type ChangeEvent, type ClipboardEvent, useId, useRef, useState } from 'react'
import { Select } from '@/components/ui/field'
import { Status } from '@/components/ui/status'
import type { ContractRules } from '@/lib/domain/contract/compare'
import { IMPORT_FORMS, IMPORT_LIMITS, type ImportForm } from '@/lib/domain/contract/imported'
import { plural } from '@/lib/format'
import { type ImportResult, ImportResults } from './import-results'

const FORM_WORD: Readonly<Record<ImportForm, string>> = {
  env: 'a .env file',
  compose: 'a compose file',
  actions: 'an env: block of GitHub Actions',
  json: 'a JSON contract',
}

/**
 * Compares a file with the policy, here in the browser. Neither field keeps what it is given: what is pasted, dropped or chosen is read at
 * once for its names, its values are let go, and nothing is sent anywhere (T18).
 */
export function ImportView({ rules, profile, fileName }: { rules: ContractRules; profile: string; fileName: string }) {
  const id = useId()
  const [result, setResult] = useState<ImportResult | null>(null)
  const [said, setSaid] = useState('')
  const form = useRef<HTMLFormElement>(null)

  async function read(text: string, name?: string) {
    const [{ importContract }, { compareContract, judgeFor, proposalYaml }] = await Promise.all([
      import('@/lib/domain/contract/import'),
      import('@/lib/domain/contract/compare'),
    ])
    const chosen = form.current ? String(new FormData(form.current).get('form') ?? '') : ''
    const imported = importContract(text, {
      form: IMPORT_FORMS.find((each) => each === chosen),
      fileName: name,
      judge: judgeFor(rules, profile),
    })
    const compared = compareContract(rules, imported)
    const yaml = proposalYaml(
      rules,
      // A name that the policy would refuse, or that is likely a slip of the pen, is not proposed.
      compared.fresh.filter(({ note }) => note === null).map(({ variable }) => variable),
    )
    setResult({ imported, compared, yaml })
    setSaid(`Read ${plural(imported.variables.length, 'variable')} from ${FORM_WORD[imported.form]}.`)
  }

  function onPaste(event: ClipboardEvent<HTMLTextAreaElement>) {
    event.preventDefault() // what is pasted never stands in the field
    void read(event.clipboardData.getData('text/plain'))
  }

  function onChange(event: ChangeEvent<HTMLTextAreaElement>) {
    const { value } = event.target
    event.target.value = ''
    if (value !== '') void read(value)
  }

  async function onFile(event: ChangeEvent<HTMLInputElement>) {
    const { target } = event
    const [file] = target.files ?? []
    if (!file) return
    // A file is at least as long as its text has characters; what is larger is not even read.
    const text = file.size > IMPORT_LIMITS.text * 4 ? 'x'.repeat(IMPORT_LIMITS.text + 1) : await file.text()
    target.value = ''
    await read(text, file.name)
  }

  return (
    <>
      <form ref={form} className="form max-w-[680px]" aria-label="A file to compare" onSubmit={(event) => event.preventDefault()}>
        <Select
          name="form"
          label="What it is"
          hint="Told from the file itself unless you say."
          defaultValue=""
          optional
          options={[
            { value: '', label: 'As it looks' },
            { value: 'env', label: '.env.example or .env.sample' },
            { value: 'compose', label: 'Docker compose' },
            { value: 'actions', label: 'GitHub Actions, env: block' },
            { value: 'json', label: 'JSON contract' },
          ]}
        />
        <div className="field">
          <label htmlFor={`${id}-text`}>Paste it</label>
          <textarea
            id={`${id}-text`}
            className="in area code-in"
            rows={3}
            placeholder="Paste the file here. It is read at once and does not stay here."
            aria-describedby={`${id}-hint`}
            autoComplete="off"
            spellCheck={false}
            onPaste={onPaste}
            onChange={onChange}
          />
          <div className="hint" id={`${id}-hint`}>
            Only names are taken. Values are dropped in your browser: they are neither shown, kept nor sent.
          </div>
        </div>
        <div className="field">
          <label htmlFor={`${id}-file`}>Or choose a file</label>
          <input id={`${id}-file`} type="file" className="in" aria-describedby={`${id}-hint`} onChange={onFile} />
        </div>
      </form>
      <noscript>
        <p className="mt-4">Reading a file happens in your browser and needs JavaScript, so that its values never travel.</p>
      </noscript>
      <div role="status" className="mt-4">
        {said ? (
          <Status status={result && result.imported.variables.length > 0 ? 'pass' : 'warn'} long>
            {said}
          </Status>
        ) : null}
      </div>
      {result ? <ImportResults result={result} fileName={fileName} /> : null}
    </>
  )
}
