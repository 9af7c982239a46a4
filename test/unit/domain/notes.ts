import type { NotesFacts, NotesLinks, NotesLog } from '@/lib/domain/notes-facts'
import { dossierOf } from '@/lib/domain/promotion'
import type { ReleaseNotes } from '@/lib/domain/release-notes'
import { aPromotion, NOW } from './facts'

// Release notes for tests of their readings and forms.

export const NOTES_LINKS: NotesLinks = {
  promotion: (id) => `/promotions/${id}`,
  dossier: (id, number) => `/promotions/${id}/v/${number}`,
  incident: (id) => `/incidents/${id}`,
  exception: (id) => `/exceptions/${id}`,
  signature: (id) => `/signatures/${id}`,
  deployment: (id) => `/deployments/${id}`,
  rotation: (id) => `/rotations/${id}`,
  fallback: (id) => `/break-glass/${id}`,
  entry: (number) => `/audit/${number}`,
  proves: () => '/audit/proves',
}

/** Notes with nothing in them. */
export function someNotes(more: Partial<ReleaseNotes> = {}): ReleaseNotes {
  return {
    v: 1,
    promotion: 'PRM-0142',
    system: 'robodj',
    version: '2.14.0',
    from: 'staging',
    to: 'prod',
    summary: '',
    dossier: { number: 4, hash: 'a'.repeat(64) },
    changes: [],
    gates: [],
    exceptions: [],
    secrets: [],
    rollback: { rule: 'Going back is a decision.', replaces: null, snapshot: null },
    signatures: [],
    ...more,
  }
}

/** The facts around some notes. */
export function notesFacts(notes: Partial<ReleaseNotes> = {}, more: Partial<NotesFacts> = {}): NotesFacts {
  return {
    system: { slug: 'robodj', name: 'RoboDJ' },
    profile: { id: 'prod' },
    from: { id: 'staging' },
    version: '2.14.0',
    notes: someNotes(notes),
    dossier: { ...dossierOf(aPromotion(), 4), gates: [] },
    seal: null,
    promotion: { id: 'PRM-0142', phase: 'signing' },
    emergency: null,
    words: { names: { p1: 'Ines Okafor' }, texts: {} },
    evidence: [],
    signed: [],
    versions: [],
    runs: [],
    deployment: [],
    slotCount: 4,
    addenda: [],
    replaces: '2.13.2',
    at: NOW,
    ...more,
  }
}

/** A log of two entries with a checkpoint over them. */
export const SOME_LOG: NotesLog = {
  checkpoint: {
    origin: 'countersign.example.org/log',
    size: 48_212,
    root: 'c'.repeat(64),
    note: 'countersign.example.org/log\n48212\nzMzM\n\n— countersign.example.org/log c2ln\n',
    at: NOW,
  },
  vkeys: ['countersign.example.org/log+01234567+AQID'],
  sealedBy: 48_209,
  entries: [
    {
      number: 48_209,
      id: '018f0000-0000-7000-8000-000000000001',
      at: NOW,
      action: 'promotion.signed',
      subject: { kind: 'sign_off', id: 'SIG-0001' },
      sentence: 'Ines Okafor signed.',
      leaf: 'd'.repeat(64),
    },
  ],
}
