import { figure, judge, percentile, table } from './figures.mjs'

/** What judging takes in a process that has nothing else to do: a contract, and every rule of a system, of the largest policy there is. */
export async function measureJudging({ hand, quick }) {
  const { system, variables, rules, contract, judge: judged } = await hand.ask('judging', { times: quick ? 200 : 2_000 })
  const row = (what, samples) => [what, figure(percentile(samples, 0.5)), figure(percentile(samples, 0.95))]
  return {
    lines: table([
      [`the policy of ${system}`, 'p50 ms', 'p95 ms'],
      row(`contract of one profile, ${variables} variables`, contract),
      row(`every rule of the system, ${rules} of them`, judged),
    ]),
    aims: [judge({ what: 'contract evaluation of the largest policy, p50', value: percentile(contract, 0.5), most: 1, unit: ' ms' })],
    figures: {
      system,
      variables,
      rules,
      contract: { p50: percentile(contract, 0.5), p95: percentile(contract, 0.95) },
      judge: { p50: percentile(judged, 0.5), p95: percentile(judged, 0.95) },
    },
  }
}
