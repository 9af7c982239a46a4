import { Page } from '@/components/layout/page'
import { EstateDetail } from '@/components/system/estate-detail'
import { EstateMatrix } from '@/components/system/estate-matrix'
import { EmptyState } from '@/components/ui/banner'
import { LinkButton } from '@/components/ui/button'
import { PageHead } from '@/components/ui/section'
import { requireViewer } from '@/lib/auth/session'
import { PROBLEM_STATES } from '@/lib/domain/matrix-cell'
import { listWords, numberWord } from '@/lib/format'
import { getEstate } from '@/lib/queries/estate'
import { routes } from '@/lib/routes'

export const metadata = { title: 'Systems' }

/** Does each profile obey its rules? Every system the viewer may read, by class of profile. */
export default async function SystemsPage() {
  const viewer = await requireViewer(routes.systems())
  const estate = await getEstate(viewer)
  const troubled = estate.systems.filter((system) => PROBLEM_STATES.includes(system.worst))
  const lead =
    estate.systems.length === 0
      ? 'You hold no role on a system.'
      : troubled.length === 0
        ? `No problem is known on any of ${estate.systems.length === 1 ? 'its' : 'their'} profiles.`
        : `${listWords(troubled.map((system) => system.name))} ${troubled.length === 1 ? 'needs' : 'need'} a look.`
  return (
    <Page crumbs={[{ label: 'Systems' }]} layout="page">
      <PageHead
        title={estate.systems.length === 1 ? 'One system' : `${numberWord(estate.systems.length)} systems`}
        lead={lead}
        actions={<LinkButton href={routes.findings()}>Findings</LinkButton>}
      />
      {estate.systems.length === 0 ? (
        <EmptyState big>A system appears here when its policy is applied and an admin grants you a role on it.</EmptyState>
      ) : (
        <>
          <div className="not-phone mt-6">
            <EstateMatrix estate={estate} wide />
          </div>
          <EstateDetail estate={estate} />
        </>
      )}
    </Page>
  )
}
