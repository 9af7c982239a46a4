import { beforeAll, describe, expect, it } from 'vitest'
import { SCOPES } from '@/lib/domain/scopes'
import { recordEvidenceInput } from '@/lib/schemas/evidence'
import { recordEvidence } from '@/lib/usecases/evidence/record-evidence'
import { sealPromotion } from '@/lib/usecases/promotion/seal-promotion'
import { aBearer, api } from '../../support/api'
import { sign } from '../../support/promotions'
import { aGovernedSystem, digestOf, policyText, type Scene, trail } from '../../support/scene'

let scene: Scene
let token: string

beforeAll(async () => {
  scene = await aGovernedSystem('dreichor')
  token = (await aBearer(scene.people.admin, { scopes: SCOPES, systemId: 'dreichor' })).secret
})

const sha = digestOf('commit').slice(0, 40)
const release = {
  version: '3.1.0',
  gitSha: sha,
  artefact: `registry/dreichor:${sha.slice(0, 12)}`,
  buildDate: '2026-11-01T09:00:00Z',
  changes: [{ kind: 'fix', summary: 'Stops when a variable is missing' }],
  contributors: [{ identity: 'somebody@example.org', commits: 3 }],
}
const verdict = () => api(token, 'GET /systems/dreichor/profiles/prod/verdict', { query: { release: '3.1.0' } })

describe('a pipeline takes a release from dev to prod with its token, and people seal and sign in the browser', () => {
  let promotion: string
  let hash: string
  let deployment: string

  it('is told that an unregistered release may not go, with 200', async () => {
    const { status, body } = await verdict()
    expect(status).toBe(200)
    expect(body).toMatchObject({
      verdict: 'NOT_YET',
      release: null,
      promotion: null,
      dossier: null,
      profile: { asked: 'prod', id: 'prod', class: 'production' },
    })
    expect(body.reasons).toEqual([
      {
        code: 'not_found',
        sentence: 'Dreichor Runtime has no registered release 3.1.0.',
        who: 'Release Manager, Dev lead, Engineer, or a pipeline token',
      },
    ])
  })

  it('registers it, and finds it again', async () => {
    const made = await api(token, 'POST /systems/dreichor/releases', { body: release })
    expect(made).toMatchObject({ status: 201, body: { version: '3.1.0' } })
    expect(made.headers.get('location')).toBe('/api/v1/systems/dreichor/releases/3.1.0')
    expect((await api(token, 'GET /systems/dreichor/releases/3.1.0')).body).toMatchObject({
      id: made.body.id,
      gitSha: sha,
      changes: [{ kind: 'fix' }],
      contributors: [{ who: null, commits: 3 }],
      registeredBy: { kind: 'token' },
    })
    expect((await api(token, 'GET /systems/dreichor/releases')).body.items).toMatchObject([{ version: '3.1.0' }])
    expect((await verdict()).body.reasons).toEqual([
      {
        code: 'wrong_state',
        sentence: 'No open promotion leads 3.1.0 to prod.',
        who: 'Release Manager, Dev lead, Engineer, or a pipeline token',
      },
    ])
  })

  it('opens a promotion, and is told of each gate who can bring what', async () => {
    const opened = await api(token, 'POST /promotions', { body: { system: 'dreichor', version: '3.1.0', to: 'prod' } })
    expect(opened).toMatchObject({ status: 201 })
    promotion = opened.body.id as string
    expect(opened.headers.get('location')).toBe(`/api/v1/promotions/${promotion}`)
    const { body } = await api(token, `GET /promotions/${promotion}`)
    expect(body).toMatchObject({
      phase: 'collecting',
      from: 'dev',
      to: 'prod',
      sealed: null,
      slots: [{ id: 'release-manager', signOff: null }, { id: 'secops' }, { id: 'management' }],
    })
    expect((await verdict()).body).toMatchObject({
      verdict: 'NOT_YET',
      promotion,
      reasons: expect.arrayContaining([
        expect.objectContaining({ code: 'gate_not_passed', sentence: expect.stringContaining('Started in DEV') }),
      ]),
    })
  })

  it('brings evidence for checks; what a person attests it may not bring', async () => {
    const at = 'POST /systems/dreichor/releases/3.1.0/evidence' as const
    const gates = (await api(token, `GET /promotions/${promotion}`)).body.gates as { id: string; kind: string }[]
    for (const gate of gates.filter(({ kind }) => kind === 'check')) {
      const brought = await api(token, at, {
        body: {
          profile: 'prod',
          gate: gate.id,
          verdict: 'pass',
          summary: `${gate.id} is fine`,
          ranOn: 'the runner',
          digest: digestOf(gate.id),
        },
      })
      expect(brought).toMatchObject({ status: 201, body: { gate: gate.id, promotion, duplicate: false, claimSkewMinutes: null } })
      const again = await api(token, at, {
        body: {
          profile: 'prod',
          gate: gate.id,
          verdict: 'pass',
          summary: `${gate.id} is fine`,
          ranOn: 'the runner',
          digest: digestOf(gate.id),
        },
      })
      expect(again.body).toMatchObject({ id: brought.body.id, duplicate: true })
    }
    for (const gate of gates.filter(({ kind }) => kind === 'attestation')) {
      expect(await api(token, at, { body: { profile: 'prod', gate: gate.id, verdict: 'pass', summary: 'I say so' } })).toMatchObject({
        status: 403,
        body: { code: 'not_allowed', place: 'gate' },
      })
      await recordEvidence(
        scene.people.secops,
        recordEvidenceInput.parse({
          system: 'dreichor',
          version: '3.1.0',
          profile: 'prod',
          gate: gate.id,
          verdict: 'pass',
          summary: 'Looked at it',
          ranOn: 'here',
        }),
      )
    }
    const listed = await api(token, 'GET /systems/dreichor/releases/3.1.0/evidence')
    expect(listed.body.items).toHaveLength(gates.length)
    const [first] = gates
    expect(
      (await api(token, 'GET /systems/dreichor/releases/3.1.0/evidence', { query: { gate: first?.id as string, profile: 'prod' } })).body
        .items,
    ).toHaveLength(1)
  })

  it('waits for the seal and every signature: each is a reason with who can act', async () => {
    expect((await verdict()).body.reasons).toEqual([{ code: 'wrong_state', sentence: 'No version is sealed.', who: 'Release Manager' }])
    ;({ hash } = await sealPromotion(scene.people.release_manager, { promotion }))
    expect((await verdict()).body).toMatchObject({
      verdict: 'NOT_YET',
      dossier: { number: 1, hash },
      reasons: [{ code: 'held', who: 'Release Manager' }, { who: 'SecOps' }, { who: 'Management' }],
    })
    await sign(scene.people.release_manager, promotion, 'release-manager', hash)
    await sign(scene.people.secops, promotion, 'secops', hash)
    expect((await verdict()).body.reasons).toEqual([{ code: 'held', sentence: 'Management has not signed version 1.', who: 'Management' }])
    await sign(scene.people.management, promotion, 'management', hash)
    expect((await api(token, `GET /promotions/${promotion}`)).body).toMatchObject({
      phase: 'approved',
      reasons: [],
      sealed: { hash, stands: true, moved: [] },
    })
  })

  it('is told GO, deploys with authority, and records the result with its stamp', async () => {
    expect((await verdict()).body).toMatchObject({
      verdict: 'GO',
      kind: 'deploy',
      reasons: [],
      promotion,
      dossier: { number: 1, hash },
      running: null,
      release: { version: '3.1.0', gitSha: sha },
    })
    const started = await api(token, 'POST /deployments', {
      body: { system: 'dreichor', profile: 'prod', version: '3.1.0', inputs: ['image'] },
    })
    deployment = started.body.id as string
    expect(started).toMatchObject({ status: 201, body: { kind: 'deploy', authorised: true, reasons: [], violations: [] } })
    expect((await verdict()).body).toMatchObject({ verdict: 'NOT_YET', running: deployment })
    const wrong = await api(token, `POST /deployments/${deployment}/result`, {
      body: { result: 'succeeded', stamp: { GIT_SHA: digestOf('another').slice(0, 40) } },
    })
    expect(wrong).toMatchObject({ status: 409, body: { code: 'policy_forbids' } })
    expect(
      (await api(token, `POST /deployments/${deployment}/result`, { body: { result: 'succeeded', stamp: { GIT_SHA: sha } } })).body,
    ).toEqual({ id: deployment, status: 'succeeded' })
    expect((await api(token, `GET /deployments/${deployment}`)).body).toMatchObject({
      status: 'succeeded',
      authorised: true,
      promotion,
      version: '3.1.0',
      stamp: { GIT_SHA: sha },
    })
  })

  it('is told GO for the same release again: a redeploy of what runs there with authority', async () => {
    expect((await verdict()).body).toMatchObject({ verdict: 'GO', kind: 'redeploy', promotion: null })
    expect((await api(token, 'GET /systems/dreichor')).body.profiles).toMatchObject([
      { id: 'dev', live: null },
      { id: 'prod', live: { deployment, version: '3.1.0', authorised: true } },
    ])
  })

  it('reads the record of all of it', async () => {
    const { body } = await api(token, 'GET /audit-events', { query: { subject: promotion, limit: 200 } })
    expect(body.items?.map(({ action }) => action)).toEqual((await trail({ subject: promotion })).map(({ action }) => action).reverse())
    expect(body.items?.at(-1)).toMatchObject({
      action: 'promotion.opened',
      system: 'dreichor',
      sentence: expect.stringContaining('opened'),
    })
  })
})

describe('a deployment without authority (domain.md: unauthorised)', () => {
  it('is recorded, answered with 201, authorised: false and every reason', async () => {
    const other = digestOf('commit', 2).slice(0, 40)
    await api(token, 'POST /systems/dreichor/releases', {
      body: { ...release, version: '3.2.0', gitSha: other, artefact: `registry/dreichor:${other}` },
    })
    const { status, body, headers } = await api(token, 'POST /deployments', {
      body: { system: 'dreichor', profile: 'prod', version: '3.2.0', inputs: ['image', 'shell-script'] },
    })
    expect(status).toBe(201)
    expect(headers.get('location')).toBe(`/api/v1/deployments/${body.id}`)
    expect(body).toMatchObject({
      authorised: false,
      reasons: ['No open promotion leads 3.2.0 to prod.'],
      violations: [expect.stringContaining('shell-script')],
    })
    // A crash from an invalid environment is a failed deployment with its signature (004.18, 004.19).
    expect(
      (
        await api(token, `POST /deployments/${body.id}/result`, {
          body: { result: 'failed', failureClass: 'invalid-environment', failureSignature: 'restart loop' },
        })
      ).body,
    ).toMatchObject({ status: 'failed' })
    expect((await api(token, `POST /deployments/${body.id}/result`, { body: { result: 'succeeded' } })).body).toMatchObject({
      code: 'wrong_state',
    })
    expect((await api(token, 'GET /deployments', { query: { system: 'dreichor', status: 'failed' } })).body.items).toMatchObject([
      { id: body.id, authorised: false, failureClass: 'invalid-environment' },
    ])
  })
})

describe('policies through the API', () => {
  it('gives versions with their documents, and the text as it was applied', async () => {
    expect((await api(token, 'GET /systems/dreichor/policies')).body.items).toMatchObject([
      { number: 1, status: 'active', signed: false, hash: scene.applied.hash },
    ])
    expect((await api(token, 'GET /systems/dreichor/policies/1')).body).toMatchObject({
      hash: scene.applied.hash,
      document: { system: { slug: 'dreichor' } },
    })
    const yaml = await api(token, 'GET /systems/dreichor/policies/1', { query: { format: 'yaml' } })
    expect(yaml.text).toBe(policyText('dreichor'))
    expect(yaml.headers.get('content-disposition')).toBe('attachment; filename="dreichor-1.yaml"')
    expect(await api(token, 'GET /systems/dreichor/policies/9')).toMatchObject({ status: 404 })
    expect(await api(token, 'GET /systems/dreichor/policies/first')).toMatchObject({ status: 422, body: { place: 'number' } })
  })

  it('applies the next version by a token that an admin made for that', async () => {
    const text = policyText('dreichor').replace('title: Nothing shared between DEV and PROD', 'title: DEV and PROD share nothing')
    const applied = await api(token, 'POST /policies', { body: { text, fileName: 'dreichor.yaml' } })
    expect(applied).toMatchObject({ status: 201, body: { systemId: 'dreichor', number: 2, created: false } })
    expect(applied.headers.get('location')).toBe('/api/v1/systems/dreichor/policies/2')
    expect((await api(token, 'GET /systems/dreichor/policies')).body.items).toMatchObject([
      { number: 2, status: 'active' },
      { number: 1, status: 'superseded' },
    ])
  })

  it('refuses a bad one with every finding by line, and applies nothing', async () => {
    const { status, body } = await api(token, 'POST /policies', {
      body: {
        text: policyText('dreichor').replace('to: prod', 'to: moon').replace('schema: 1', 'schema: 1\nsurprise: yes'),
        fileName: 'dreichor.yaml',
      },
    })
    expect(status).toBe(422)
    expect(body).toMatchObject({ code: 'invalid', place: 'text' })
    expect(body.details).toEqual(expect.arrayContaining([expect.stringMatching(/^dreichor\.yaml:\d+:\d+ /)]))
    expect((await api(token, 'GET /systems/dreichor/policies')).body.items).toHaveLength(2)
  })

  it('refuses a token whose maker is no admin', async () => {
    const { secret } = await aBearer(scene.people.release_manager, { scopes: ['policy:apply'] })
    expect(await api(secret, 'POST /policies', { body: { text: policyText('dreichor') } })).toMatchObject({
      status: 403,
      body: { code: 'not_allowed' },
    })
  })
})

describe('the token itself', () => {
  it('revokes itself, whatever its scopes, and is unknown from then on (T19)', async () => {
    const { secret, id } = await aBearer(scene.people.admin, { scopes: ['snapshot:record'] })
    expect(await api(secret, 'DELETE /token/self')).toMatchObject({ status: 204, text: '' })
    expect(await api(secret, 'DELETE /token/self')).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
    expect(await trail({ subject: id })).toMatchObject([{ action: 'token.revoked' }])
  })
})
