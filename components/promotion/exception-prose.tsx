import { Words } from '@/components/policy/words'
import { Link } from '@/components/ui/link'
import type { DossierException } from '@/lib/domain/dossier'
import { type SealedWords, wholeSentence } from '@/lib/domain/notes-exceptions'
import { routes } from '@/lib/routes'

/** One exception in full, in the voice of the release notes: what deviates, since when, whose it is, until when, why, and how it gets fixed (000.32). */
export function ExceptionProse({
  exception,
  words,
  closed = false,
}: {
  exception: DossierException
  words: SealedWords
  /** It was closed since this was sealed: an addendum, which voids nothing. */
  closed?: boolean
}) {
  return (
    <>
      <b>{exception.id}</b> on {exception.profile}. <Words text={wholeSentence(exception, words)} />{' '}
      {closed ? <span className="pass">Closed since it was sealed.</span> : null}{' '}
      <Link className="link font-sans text-[0.875rem]" href={routes.exception(exception.id)}>
        Open <span className="sr">{exception.id}</span>
      </Link>
    </>
  )
}
