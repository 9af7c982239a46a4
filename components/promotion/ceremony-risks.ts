import type { StatusKind } from '@/components/ui/status'
import type { Dossier } from '@/lib/domain/dossier'
import { plural } from '@/lib/format'

/** Something in a dossier that a signer should have noticed. */
export type Risk = { status: StatusKind; sentence: string }

/** What is out of the ordinary in a dossier, the gravest first; empty where nothing is. */
export function risksOf(dossier: Dossier, also: { newerLive: string | null; questions: number }): Risk[] {
  const { release, edge, gates, exceptions } = dossier
  const risks: Risk[] = []
  const say = (status: StatusKind, sentence: string) => risks.push({ status, sentence })
  const { emergency, overdueKeys = [], debts = [], drift = [], spentBudget } = dossier
  if (emergency) say('glass', `This is an emergency promotion during ${emergency.incident}: the ordinary signers see it only afterwards.`)
  const skipped = gates.filter(({ verdict }) => verdict === 'skipped')
  if (skipped.length > 0) say('glass', `${plural(skipped.length, 'gate is', 'gates are')} skipped and owed afterwards.`)
  const failed = skipped.filter(({ found }) => found === 'fail').length
  if (failed > 0) say('fail', `${plural(failed, 'skipped gate has', 'skipped gates have')} failed.`)
  if (debts.length > 0) say('warn', `${edge.to} still owes ${plural(debts.length, 'thing')} from before.`)
  if (overdueKeys.length > 0) say('warn', `${plural(overdueKeys.length, 'key', 'keys')} of ${edge.to} past the policy’s age.`)
  if (also.newerLive) say('warn', `${release.version} is older than ${also.newerLive}, which runs on ${edge.to}.`)
  if (release.schemaBackwardCompatible === false)
    say('warn', `The schema is not backward compatible, so the release before cannot simply run on it again.`)
  if (release.schemaBackwardCompatible === null) say('warn', 'Nobody said whether the schema is backward compatible.')
  const grave = drift.filter(({ severity, kind }) => severity === 'block' || kind === 'conflict').length
  if (grave > 0) say('open-drift', `${plural(grave, 'deviation is', 'deviations are')} open drift that nothing covers.`)
  const expired = exceptions.filter((exception) => exception.expired).length
  if (expired > 0) say('fail', `${plural(expired, 'exception is', 'exceptions are')} past the end and not closed.`)
  if (spentBudget) say('warn', `The budget of ${plural(spentBudget.days, 'day')} of open exceptions is spent.`)
  if (exceptions.length > 0) say('drift', `You accept ${plural(exceptions.length, 'open exception')}.`)
  const covered = gates.filter(({ verdict }) => verdict === 'pass_with_exception')
  if (covered.length > 0) say('drift', `${plural(covered.length, 'gate passes', 'gates pass')} by an exception only.`)
  const coveredFails = covered.filter(({ found }) => found === 'fail').length
  if (coveredFails > 0) say('fail', `${plural(coveredFails, 'covered gate has', 'covered gates have')} failed.`)
  const small = drift.length - grave
  if (small > 0) say('warn', `${plural(small, 'lesser deviation is', 'lesser deviations are')} not covered.`)
  const open = gates.filter(({ verdict }) => verdict === 'fail' || verdict === 'missing' || verdict === 'stale').length
  if (open > 0) say('warn', `${plural(open, 'gate that does not block is', 'gates that do not block are')} not met.`)
  const security = dossier.changes.filter(({ kind }) => kind === 'security').length
  if (security > 0) say('warn', `${plural(security, 'change touches', 'changes touch')} security.`)
  const config = dossier.changes.filter(({ kind }) => kind === 'config').length
  if (config > 0) say('warn', `${plural(config, 'change touches', 'changes touch')} configuration.`)
  if (!dossier.baseline) say('warn', `Nothing was signed for ${edge.to} before, so there is nothing to compare with.`)
  if (also.questions > 0)
    say('warn', `${plural(also.questions, 'question was', 'questions were')} asked since the seal; the dossier has them.`)
  return risks
}
