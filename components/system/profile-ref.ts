import type { ProfileRef } from '@/components/ui/profile'
import type { ProfileClass } from '@/lib/domain/policy/schema'

/** A profile as the kit draws it. A name no policy declares counts as production (001.7). */
export function profileRef(id: string, profileClass: ProfileClass | undefined): ProfileRef {
  return { id, class: profileClass === 'pre-production' ? 'pre_production' : (profileClass ?? 'production') }
}
