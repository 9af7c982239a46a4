import { KeyName } from '@/components/system/key-name'
import { profileRef } from '@/components/system/profile-ref'
import { ProfileTag } from '@/components/ui/profile'
import { Status } from '@/components/ui/status'
import { RelativeTime } from '@/components/ui/time'
import { isAsked } from '@/lib/domain/observation/conditions'
import type { Policy } from '@/lib/domain/policy/schema'
import type { ContractOnProfile } from '@/lib/queries/contract'

/** The conditions that the policy leaves open, and what was said of each on every profile: unanswered ones warn (002.20). */
export function OpenConditions({ policy, profiles }: { policy: Policy; profiles: readonly ContractOnProfile[] }) {
  return (
    <ul>
      {policy.variables.filter(isAsked).map(({ name, requiredWhen, requiredIn }) => (
        <li key={name} className="border-line grid max-w-[680px] gap-2 border-b py-3">
          <p>
            <KeyName name={name} /> <span className="c2">is needed {requiredWhen?.text}.</span>
          </p>
          <ul className="row wrap gap-x-5 gap-y-1">
            {profiles
              .filter(({ profile }) => requiredIn.includes(profile.id))
              .map(({ profile, answers }) => (
                <li key={profile.id} className="row gap-2">
                  <ProfileTag profile={profileRef(profile.id, profile.class)} />
                  <Answer answer={answers.find(({ variable }) => variable === name)} />
                </li>
              ))}
          </ul>
        </li>
      ))}
    </ul>
  )
}

function Answer({ answer }: { answer: ContractOnProfile['answers'][number] | undefined }) {
  if (!answer) return <Status status="waiting">nobody has said</Status>
  return (
    <span>
      {answer.applies ? 'It applies' : 'It does not apply'},{' '}
      <span className="c2">
        says {answer.instance}, <RelativeTime at={answer.seenAt} />
      </span>
    </span>
  )
}
