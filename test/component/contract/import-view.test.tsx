import { readFileSync } from 'node:fs'
import { fireEvent, render, screen, waitFor } from '@testing-library/react'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ImportView } from '@/components/contract/import-view'
import { contractRules } from '@/lib/domain/contract/compare'
import { readPolicy } from '@/lib/domain/policy/load'

const read = readPolicy(readFileSync('policies/stack.yaml', 'utf8'), 'stack.yaml')
if (!read.policy) throw new Error('The policy does not load')
const rules = contractRules(read.policy)

const show = () => render(<ImportView rules={rules} profile="production" fileName="policies/stack.yaml" />)
const field = () => screen.getByLabelText('Paste it') as HTMLTextAreaElement
const SECRET = 'hunter2hunter2'

describe('a file compared in the browser', () => {
  beforeEach(() => {
    vi.stubGlobal('fetch', vi.fn())
  })

  it('T18: is read when it is pasted; its values stay neither in the field nor anywhere on the page, and nothing is sent', async () => {
    const { container } = show()
    const text = `API__ENV=local\nAPI__DATABASE_URL=postgresql://app:${SECRET}@db/x\nAPI__NEW_TOKEN=${SECRET}\nAPI_JWT_ISSUER=x`
    const isOurs = fireEvent.paste(field(), { clipboardData: { getData: () => text } })
    expect(isOurs).toBe(false) // the browser itself puts nothing there
    expect(await screen.findByText('Read 4 variables from a .env file.')).toBeDefined()
    expect(field().value).toBe('')
    expect(container.innerHTML).not.toContain(SECRET)
    expect(screen.getByText(/A value of a secret stands in the file/)).toBeDefined()
    const yaml = screen.getByRole('region', { name: 'Proposal for the policy, YAML' }).textContent
    expect(yaml).toContain('- name: API__NEW_TOKEN')
    expect(yaml).not.toContain('API_JWT_ISSUER')
    expect(screen.getByText(/Left out for their names: 1 variable/)).toBeDefined()
    expect(fetch).not.toHaveBeenCalled()
  })

  it('takes what is typed or dropped at once, and as what somebody says it is', async () => {
    show()
    fireEvent.change(screen.getByLabelText(/What it is/), { target: { value: 'actions' } })
    fireEvent.change(field(), { target: { value: 'API__ENV: local' } })
    expect(await screen.findByText('Read 1 variable from an env: block of GitHub Actions.')).toBeDefined()
    expect(field().value).toBe('')
  })

  it('003.6: reads a chosen file by its name, and says what it could not read', async () => {
    show()
    const file = new File([JSON.stringify({ variables: { API__ENV: {}, 'no name': {} } })], 'env_contract.json')
    Object.defineProperty(file, 'text', { value: async () => JSON.stringify({ variables: { API__ENV: {}, 'no name': {} } }) })
    fireEvent.change(screen.getByLabelText('Or choose a file'), { target: { files: [file] } })
    await waitFor(() => expect(screen.getByText('Read 1 variable from a JSON contract.')).toBeDefined())
    expect(screen.getByText(/something that is not the name of a variable/)).toBeDefined()
    expect(screen.queryByText(/no name/)).toBeNull()
    expect(screen.getByText('Everything in the file is in the policy.')).toBeDefined()
  })
})
