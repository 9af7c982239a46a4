import { ChevronRight } from 'lucide-react'
import { Words } from '@/components/policy/words'
import { Link } from '@/components/ui/link'
import { StatusGlyph } from '@/components/ui/status'
import { type FallbackRule, needsInWords } from '@/lib/domain/fallback-rule'
import type { AskChoice } from '@/lib/queries/fallback-ask'
import { routes } from '@/lib/routes'
import { capital } from './fallback-words'

/** What there is to open, as large rows: those somebody may ask for first; the others stay, with the rule that stands in the way. */
export function ChooseRule({ choices }: { choices: readonly AskChoice[] }) {
  const sorted = choices.toSorted((a, b) => Number(a.whyNot !== null) - Number(b.whyNot !== null))
  return (
    <ul className="bigrows mt-4">
      {sorted.map(({ system, rule, whyNot }) => (
        <li key={`${system.slug} ${rule.id}`}>
          {whyNot ? (
            <div>
              <span>
                <span className="c2">
                  {system.name} {rule.profile.id}
                </span>
                <span className="under">{whyNot.sentence.replace(rule.fallback.text, capital(rule.fallback.text))}</span>
              </span>
              <StatusGlyph status="denied" size={18} label="Not allowed" />
            </div>
          ) : (
            <Link href={routes.breakGlass({ system: system.slug, rule: rule.id })}>
              <span>
                <b className="bb">
                  {system.name} {rule.profile.id}
                </b>
                <span className="under">{capital(rule.title)}</span>
              </span>
              <ChevronRight size={20} aria-hidden="true" />
            </Link>
          )}
        </li>
      ))}
    </ul>
  )
}

/** What the policy says of each profile, in its own words, and what a request has to bring (000.19 to 000.21). */
export function RulesByProfile({
  system,
  rules,
  current,
  more,
}: {
  system: { slug: string; name: string }
  rules: readonly FallbackRule[]
  current: string
  more: boolean
}) {
  return (
    <details className="details mt-4">
      <summary className="link">
        <ChevronRight size={16} aria-hidden="true" />
        The rules of {system.name}, by profile
      </summary>
      <ul className="bigrows mt-3">
        {rules.map((rule) => (
          <li key={rule.id}>
            <div>
              <span>
                <b className="bb">{rule.profile.id}</b>
                {rule.id === current ? <span className="c3">, this one</span> : null}
                <span className="under">
                  <Words text={capital(rule.fallback.text)} />
                </span>
                <ul className="under mt-1 list-disc pl-5">
                  {needsInWords(rule).map((line) => (
                    <li key={line}>{line}</li>
                  ))}
                </ul>
              </span>
            </div>
          </li>
        ))}
      </ul>
      {more ? (
        <p className="mt-3">
          <Link className="link" href={routes.breakGlass()}>
            Choose something else
          </Link>
        </p>
      ) : null}
    </details>
  )
}
