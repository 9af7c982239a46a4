export type InboxKind =
  | 'sign'
  | 'seal'
  | 'window'
  | 'bundle'
  | 'bring'
  | 'renew'
  | 'deploy'
  | 'record'
  | 'unauthorised'
  | 'approve'
  | 'plan'
  | 'rotate'
  | 'step'
  | 'confirm'
  | 'grant'
  | 'review'
  | 'pay'
  | 'audit'
  | 'except'
  | 'end'
  | 'finding'
  | 'attest'

/** What an item is about, where that is neither a promotion nor a deployment. */
type InboxSubject = {
  kind: 'rotation' | 'fallback' | 'key' | 'audit' | 'promotion' | 'promotion_review' | 'exception' | 'finding' | 'attestation'
  id: string
}

/** One thing that needs somebody: verb first, why it is them, by when. Computed from facts; it goes as soon as anybody has done it. */
export type InboxItem = {
  key: string
  kind: InboxKind
  /** "Sign RoboDJ 2.14.0". */
  title: string
  why: string
  due: Date | null
  /** Since when it is so, where nothing sets a time to be done by. */
  since: Date | null
  /** Higher is worse; breaks ties of due times. */
  risk: number
  system: { id: string; name: string }
  from: string | null
  to: string
  promotion: string | null
  deployment: string | null
  /** The slot to sign, or the gate to bring. */
  target: string | null
  about?: InboxSubject
}
