/** The nine roles of the product (domain.md). Titles and slots are policy; these are who may fill them. */
export const ROLES = [
  'release_manager',
  'management',
  'secops',
  'incident_commander',
  'production_approver',
  'dev_lead',
  'engineer',
  'auditor',
  'admin',
] as const

export type Role = (typeof ROLES)[number]

/** The words a screen uses for a role. */
export const ROLE_TITLE: Record<Role, string> = {
  release_manager: 'Release Manager',
  management: 'Management',
  secops: 'SecOps',
  incident_commander: 'Incident commander',
  production_approver: 'Production approver',
  dev_lead: 'Dev lead',
  engineer: 'Engineer',
  auditor: 'Auditor',
  admin: 'Admin',
}

/** An auditor is let in for a time: at most this many days with one grant. */
export const AUDITOR_MAX_DAYS = 90
