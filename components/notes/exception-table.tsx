import { Words } from '@/components/policy/words'
import { Link } from '@/components/ui/link'
import { fourFields, type NotesException, type SealedWords } from '@/lib/domain/notes-exceptions'
import { routes } from '@/lib/routes'

/** An exception with the four fields of the policy (000.32), in the voice of the notes; never split across printed pages. */
export function ExceptionTable({ exception, words }: { exception: NotesException; words: SealedWords }) {
  const { dateTime, owner, duration, remediation } = fourFields(exception, words)
  const rows = [
    ['Date and time', dateTime],
    ['Owner', owner],
    ['Expected duration', duration],
    ['Remediation path', remediation],
  ] as const
  return (
    <table>
      <caption className="sr">{exception.id}</caption>
      <tbody>
        <tr>
          <th scope="row">
            <Link className="link" href={routes.exception(exception.id)}>
              {exception.id}
            </Link>
          </th>
          <td>
            <Words text={`${exception.profile}: ${exception.sentence}`} />
          </td>
        </tr>
        {rows.map(([label, value]) => (
          <tr key={label}>
            <th scope="row">{label}</th>
            <td>
              <Words text={value} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
