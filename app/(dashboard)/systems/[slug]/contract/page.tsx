import { Download, FileInput } from 'lucide-react'
import { notFound } from 'next/navigation'
import { ContractBreaks } from '@/components/contract/breaks'
import { CapabilitiesOff } from '@/components/contract/capabilities-off'
import { OpenConditions } from '@/components/contract/conditions'
import { ContractDifferences } from '@/components/contract/differences'
import { ContractHeatMap } from '@/components/contract/heat-map'
import { VariantsInForce } from '@/components/contract/variants'
import { SystemFrame } from '@/components/system/system-frame'
import { LinkButton } from '@/components/ui/button'
import { Link } from '@/components/ui/link'
import { Section } from '@/components/ui/section'
import { ViewSwitch } from '@/components/ui/tabs'
import { requireViewer } from '@/lib/auth/session'
import { EXPORT_FILES, EXPORT_FORMS } from '@/lib/domain/contract/export'
import { contractDifferences } from '@/lib/domain/contract/view'
import { PROBLEM_STATES } from '@/lib/domain/matrix-cell'
import { isAsked } from '@/lib/domain/observation/conditions'
import { listWords, plural } from '@/lib/format'
import { type ContractOnProfile, getContractView, judgedBy } from '@/lib/queries/contract'
import { getSystemHead } from '@/lib/queries/system-head'
import { routes } from '@/lib/routes'
import { chooseVariantAction, endVariantAction } from './actions'

type Asked = { profile?: string; against?: string; show?: string; promotion?: string }
type Props = { params: Promise<{ slug: string }>; searchParams: Promise<Asked> }

export const metadata = { title: 'Contract' }

/** Is every variable there that a runtime needs, on each profile; and what would a release meet if it went there now? */
export default async function ContractPage({ params, searchParams }: Props) {
  const [{ slug }, asked] = await Promise.all([params, searchParams])
  const viewer = await requireViewer(routes.systemContract(slug))
  const head = await getSystemHead(viewer, slug)
  if (!head) notFound()
  const { policy } = head.version
  const view = await getContractView(viewer, head)
  const { profiles } = view
  const here = (changes: Asked) => routes.systemContract(slug, { ...asked, ...changes })
  const promotion = head.open.find(({ id }) => id === asked.promotion) ?? (asked.profile || asked.promotion ? null : (head.open[0] ?? null))
  const target = profiles.find(({ profile }) => profile.id === (promotion?.edge.to ?? asked.profile)) ?? profiles.at(-1)
  const judged = promotion && target ? judgedBy(promotion.policy.policy, target, head, viewer.now) : target
  const pairs = profiles.flatMap((left, index) => profiles.slice(index + 1).map((right) => ({ left, right })))
  const pair =
    pairs.find(({ left, right }) => `${left.profile.id} ${right.profile.id}` === `${asked.profile} ${asked.against}`) ?? pairs.at(-1)
  const onlyProblems = asked.show === 'problems'
  return (
    <SystemFrame
      head={head}
      tab="Contract"
      aside={
        <ViewSwitch
          label="Show"
          showLabel
          items={[
            { label: 'All variables', href: here({ show: undefined }), current: !onlyProblems },
            { label: 'Only problems', href: here({ show: 'problems' }), current: onlyProblems, count: problems(profiles) },
          ]}
        />
      }
    >
      <div className="row between wrap gap-3">
        <p className="lead">{answer(profiles)}</p>
        <LinkButton href={routes.systemContractImport(slug)} icon={<FileInput size={15} />}>
          Compare a file
        </LinkButton>
      </div>
      <div className="mt-4">
        <ContractHeatMap policy={policy} profiles={profiles} onlyProblems={onlyProblems} />
      </div>
      {target && judged ? (
        <Section
          id="breaks"
          className="mt-9"
          title={`If ${promotion ? promotion.release.version : 'a release'} went to ${target.profile.id} now`}
          aside={promotion ? `${promotion.id}, judged by policy version ${promotion.policy.number}` : 'judged by the active policy'}
        >
          <div className="mt-3">
            <ViewSwitch
              label="What goes where"
              items={[
                ...head.open.map(({ id, release, edge }) => ({
                  label: `${release.version} to ${edge.to}`,
                  href: `${here({ promotion: id, profile: undefined, against: undefined })}#breaks`,
                  current: promotion?.id === id,
                })),
                ...profiles.map(({ profile }) => ({
                  label: `Any to ${profile.id}`,
                  href: `${here({ promotion: undefined, profile: profile.id, against: undefined })}#breaks`,
                  current: !promotion && target.profile.id === profile.id,
                })),
              ]}
            />
          </div>
          <ContractBreaks slug={slug} cells={[...judged.cells.values()]} reported={target.reported} />
        </Section>
      ) : null}
      {policy.capabilities.length > 0 ? (
        <Section title="Capabilities that stay off" className="mt-9">
          <CapabilitiesOff
            profiles={profiles
              .filter(({ profile }) => policy.capabilities.some((each) => each.profiles.includes(profile.id)))
              .map(({ profile, off, reported }) => ({ profile, off, reported: reported !== null }))}
          />
        </Section>
      ) : null}
      {pair ? (
        <Section id="differences" title={`Differences between ${pair.left.profile.id} and ${pair.right.profile.id}`} className="mt-9">
          {pairs.length > 1 ? (
            <div className="mt-3">
              <ViewSwitch
                label="Profiles to compare"
                items={pairs.map(({ left, right }) => ({
                  label: `${left.profile.id} and ${right.profile.id}`,
                  href: `${here({ profile: left.profile.id, against: right.profile.id, promotion: promotion?.id })}#differences`,
                  current: pair.left === left && pair.right === right,
                }))}
              />
            </div>
          ) : null}
          <div className="mt-3">
            <ContractDifferences
              left={pair.left.profile}
              right={pair.right.profile}
              {...contractDifferences(policy, sideOf(pair.left), sideOf(pair.right))}
            />
          </div>
        </Section>
      ) : null}
      {policy.variables.some(isAsked) ? (
        <Section title="Conditions that the policy leaves open" className="mt-9" id="conditions">
          <OpenConditions policy={policy} profiles={profiles} />
        </Section>
      ) : null}
      {policy.contractVariants.length > 0 ? (
        <Section title="Sets of required variables in force" className="mt-9" id="variants">
          <VariantsInForce
            policy={policy}
            profiles={profiles}
            past={view.past}
            actions={{ choose: chooseVariantAction, end: endVariantAction }}
          />
        </Section>
      ) : null}
      <Section title="Take it along" className="mt-9" aside="Names and rules, never values">
        <ul>
          {profiles.map(({ profile }) => (
            <li key={profile.id} className="row wrap border-line gap-x-5 gap-y-1 border-b py-2.5">
              <b className="b min-w-24">{profile.id}</b>
              {EXPORT_FORMS.map((form) => (
                <a key={form} className="link row gap-1.5" href={routes.systemContractExport(slug, profile.id, form)} download>
                  <Download size={14} aria-hidden="true" />
                  {EXPORT_FILES[form].name}
                  <span className="sr"> of {profile.id}</span>
                </a>
              ))}
            </li>
          ))}
        </ul>
        <p className="t-xs c2 mt-3">
          What each variable is for, who owns it and where it is kept stands under{' '}
          <Link className="link" href={routes.systemEnv(slug)}>
            Secrets and env
          </Link>
          .
        </p>
      </Section>
    </SystemFrame>
  )
}

const sideOf = ({ profile, variant, cells, facts }: ContractOnProfile) => ({
  profile: profile.id,
  variant: variant?.choice?.variant ?? null,
  cells,
  facts,
})

const problems = (profiles: readonly ContractOnProfile[]): number =>
  profiles.flatMap(({ cells }) => [...cells.values()]).filter(({ state }) => PROBLEM_STATES.includes(state)).length

/** The first line: how each profile stands, or that nobody reports. */
function answer(profiles: readonly ContractOnProfile[]): string {
  const reported = profiles.filter(({ reported: seen }) => seen !== null)
  if (reported.length === 0) return 'No runtime reports its variables yet. What each profile must have is below.'
  const old = reported.filter(({ reported: seen }) => seen?.fresh === false).map(({ profile }) => profile.id)
  const late = old.length === 0 ? '' : ` The report of ${listWords(old)} is too old to prove anything.`
  const held = reported.filter(({ cells }) => [...cells.values()].some(({ blocks }) => blocks))
  if (held.length === 0)
    return `Nothing of the contract is known to hold a promotion.${late} Names and shapes only; no value ever comes here.`
  return `${held
    .map(
      ({ profile, cells }) =>
        `${profile.id}: ${plural([...cells.values()].filter(({ blocks }) => blocks).length, 'variable')} out of order`,
    )
    .join('; ')}. Each holds promotions to its profile until it is mended or an exception covers it.${late}`
}
